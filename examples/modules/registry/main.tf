# The login of one registry, handed on only if the registry accepts it. Who uses
# the output "login" is stopped by a broken one:
#
#   module "registry" {
#     source   = "./modules/registry"
#     url      = "registry.example.com"
#     username = "stellaops-svc"
#     password = var.registry_password
#   }

terraform {
  required_version = ">= 1.5"

  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}

variable "url" {
  description = "Registry, as in registry_url of the check."
  type        = string
}

variable "username" {
  type = string
}

variable "password" {
  type      = string
  sensitive = true
}

variable "accept_outage" {
  description = "Whether to go on when the registry cannot be asked."
  type        = bool
  default     = false
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = var.url
  username     = var.username
  password     = var.password
}

output "login" {
  description = "User name and password, once they are checked."
  sensitive   = true
  value = {
    username = var.username
    password = var.password
  }

  precondition {
    condition = (
      data.stellaops_oci_credentials_check.registry.passed ||
      var.accept_outage && !data.stellaops_oci_credentials_check.registry.rejected
    )
    error_message = data.stellaops_oci_credentials_check.registry.message
  }
}

output "verdict" {
  description = "What the registry said, in one sentence."
  value       = data.stellaops_oci_credentials_check.registry.message
}
