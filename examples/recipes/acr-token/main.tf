terraform {
  required_providers {
    azurerm   = { source = "hashicorp/azurerm" }
    stellaops = { source = "stellaops/stellaops" }
  }
}

variable "registry_password" {
  type      = string
  sensitive = true
}

provider "azurerm" {
  features {}
}

data "azurerm_container_registry" "registry" {
  name                = "example"
  resource_group_name = "registries"
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = data.azurerm_container_registry.registry.login_server
  username     = "ci-pull" # the name of the token
  password     = var.registry_password
}

resource "terraform_data" "release" { # whatever uses the login
  lifecycle {
    precondition {
      condition     = data.stellaops_oci_credentials_check.registry.passed
      error_message = data.stellaops_oci_credentials_check.registry.message
    }
  }
}
