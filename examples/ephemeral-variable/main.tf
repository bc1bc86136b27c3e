# A password that is in no plan and no state, not even in a saved plan: an
# ephemeral variable goes into the provider block, which takes ephemeral values.
# Terraform from 1.10, OpenTofu from 1.11.

terraform {
  required_version = ">= 1.10"

  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}

variable "registry_url" {
  type = string
}

variable "registry_username" {
  type = string
}

variable "registry_password" {
  type      = string
  ephemeral = true
}

provider "stellaops" {
  registries = {
    (var.registry_url) = {
      username = var.registry_username
      password = var.registry_password
    }
  }
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = var.registry_url
}

resource "terraform_data" "release" {
  lifecycle {
    precondition {
      condition     = data.stellaops_oci_credentials_check.registry.passed
      error_message = data.stellaops_oci_credentials_check.registry.message
    }
  }
}

output "verdict" {
  value = data.stellaops_oci_credentials_check.registry.message
}
