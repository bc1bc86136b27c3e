terraform {
  required_version = ">= 1.10" # OpenTofu: ">= 1.11"

  required_providers {
    stellaops = { source = "stellaops/stellaops" }
  }
}

variable "acr_refresh_token" {
  type      = string
  ephemeral = true
}

provider "stellaops" {
  registries = {
    "example.azurecr.io" = { identity_token = var.acr_refresh_token }
  }
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = "example.azurecr.io"
}

resource "terraform_data" "release" { # whatever uses the login
  lifecycle {
    precondition {
      condition     = data.stellaops_oci_credentials_check.registry.passed
      error_message = data.stellaops_oci_credentials_check.registry.message
    }
  }
}
