terraform {
  required_providers {
    stellaops = {
      source  = "stellaops/stellaops"
      version = "~> 0.1"
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

# The block may be left out. It says where credentials are that a check does not
# carry itself, and what holds for all checks.
provider "stellaops" {
  timeout = "10s"

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
