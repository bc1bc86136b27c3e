terraform {
  required_version = ">= 1.10" # OpenTofu: ">= 1.11"

  required_providers {
    kubernetes = { source = "hashicorp/kubernetes" }
    stellaops  = { source = "stellaops/stellaops" }
    vault      = { source = "hashicorp/vault" }
  }
}

ephemeral "vault_kv_secret_v2" "pull" {
  mount = "kv"
  name  = "pull"
}

ephemeral "stellaops_oci_credentials_check" "pull" {
  registry_url       = "ghcr.io"
  docker_config_json = ephemeral.vault_kv_secret_v2.pull.data["dockerconfigjson"]
}

resource "kubernetes_manifest" "pull" {
  manifest = yamldecode(file("${path.module}/external-secret.yaml"))

  lifecycle {
    precondition {
      condition     = ephemeral.stellaops_oci_credentials_check.pull.passed
      error_message = "The registry did not accept the pull secret; see the warning."
    }
  }
}
