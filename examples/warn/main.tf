# Warn of bad registry credentials and never stop a plan. The data source stands
# at the top level: inside the check block it would be read again at every apply.

terraform {
  required_version = ">= 1.5"

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
  sensitive = true
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = var.registry_url
  username     = var.registry_username
  password     = var.registry_password
}

check "registry_credentials" {
  assert {
    condition     = data.stellaops_oci_credentials_check.registry.passed
    error_message = data.stellaops_oci_credentials_check.registry.message
  }
}
