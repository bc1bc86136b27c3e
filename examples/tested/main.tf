# A gate whose behaviour is tested without a registry; see the folder tests.

terraform {
  required_version = ">= 1.5"

  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}

variable "registry_url" {
  type    = string
  default = "registry.example.com"
}

variable "registry_username" {
  type    = string
  default = "stellaops-svc"
}

variable "registry_password" {
  type      = string
  default   = null
  sensitive = true
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = var.registry_url
  username     = var.registry_username
  password     = var.registry_password
}

# Credentials that are proven bad stop the release; an outage of the registry
# does not.
resource "terraform_data" "release" {
  lifecycle {
    precondition {
      condition     = !data.stellaops_oci_credentials_check.registry.rejected
      error_message = data.stellaops_oci_credentials_check.registry.message
    }
  }
}
