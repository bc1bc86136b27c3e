# A login out of Vault, handed on only if the registry accepts it. The variable
# "secret" stands for what the Vault provider reads:
#
#   data "vault_kv_secret_v2" "registry" {
#     mount = "kv"
#     name  = "registry"
#   }
#
#   module "registry" {
#     source = "./modules/vault"
#     url    = "registry.example.com"
#     secret = data.vault_kv_secret_v2.registry.data
#   }
#
# What Vault has not, or has under another key, arrives here as an empty password:
# the check says so, and sends nothing.
#
# The check stores no secret, but that data source does: what Vault gave it is in
# the state. Where it must not be, read it with Vault's ephemeral resource, and give
# it to "registries" in the provider block.

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

variable "secret" {
  description = "The secret in Vault, with the keys username and password."
  type        = map(string)
  sensitive   = true
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = var.url
  username     = lookup(var.secret, "username", "")
  password     = lookup(var.secret, "password", "")
}

output "login" {
  description = "User name and password, once they are checked."
  sensitive   = true
  value       = var.secret

  # A secret with neither of the two is checked as anonymous access, which an open
  # registry lets pass.
  precondition {
    condition = (
      data.stellaops_oci_credentials_check.registry.status != "pass" ||
      data.stellaops_oci_credentials_check.registry.auth_method == "basic"
    )
    error_message = "The secret has neither user name nor password. Look at its keys in Vault."
  }

  precondition {
    condition = data.stellaops_oci_credentials_check.registry.passed
    error_message = join("\n  - ", concat(
      [data.stellaops_oci_credentials_check.registry.message],
      data.stellaops_oci_credentials_check.registry.likely_causes,
    ))
  }
}
