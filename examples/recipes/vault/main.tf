terraform {
  required_version = ">= 1.10" # OpenTofu: ">= 1.11"

  required_providers {
    stellaops = { source = "stellaops/stellaops" }
    vault     = { source = "hashicorp/vault" }
  }
}

ephemeral "vault_kv_secret_v2" "login" {
  mount = "kv"
  name  = "registry"
}

provider "stellaops" {
  registries = {
    "registry.example.com" = ephemeral.vault_kv_secret_v2.login.data
  }
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = "registry.example.com"
}

resource "terraform_data" "release" { # whatever uses the login
  lifecycle {
    precondition {
      condition     = data.stellaops_oci_credentials_check.registry.passed
      error_message = data.stellaops_oci_credentials_check.registry.message
    }
  }
}
