# The logins of many registries, handed on only if each registry accepts its own.
# The hosts are a set of their own, since a sensitive map cannot drive for_each.
#
#   module "registries" {
#     source = "./modules/fleet"
#     hosts  = ["ghcr.io", "registry.example.com"]
#     logins = var.registry_logins
#   }

terraform {
  required_version = ">= 1.5"

  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}

variable "hosts" {
  description = "Registries, as in registry_url of the check."
  type        = set(string)
}

variable "logins" {
  description = "Login for each of them, by the same name."
  type = map(object({
    username = string
    password = string
  }))
  sensitive = true
}

variable "pulls" {
  description = "An image of a registry that its login must be able to pull, by the same name; for some of them, or none."
  type = map(object({
    repository = string
    reference  = string
  }))
  default = {}
}

data "stellaops_oci_credentials_check" "all" {
  for_each = var.hosts

  registry_url = each.value
  username     = var.logins[each.value].username
  password     = var.logins[each.value].password
  access       = contains(keys(var.pulls), each.value) ? [var.pulls[each.value]] : null
}

# One precondition over all of them: one in each check would cost the CLI the
# square of their number.
output "logins" {
  description = "The logins, once all of them are checked."
  sensitive   = true
  value       = var.logins

  precondition {
    condition     = alltrue([for check in data.stellaops_oci_credentials_check.all : check.passed])
    error_message = join("\n", [for check in data.stellaops_oci_credentials_check.all : check.message if !check.passed])
  }
}

output "verdicts" {
  description = "The reason for each registry, as one word."
  value       = { for host, check in data.stellaops_oci_credentials_check.all : host => check.reason }
}

output "digests" {
  description = "The digest of each image in pulls, to pin it."
  value       = { for host in keys(var.pulls) : host => one(data.stellaops_oci_credentials_check.all[host].access_results[*].digest) }
}
