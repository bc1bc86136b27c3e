terraform {
  required_version = ">= 1.10" # OpenTofu: ">= 1.11"

  required_providers {
    stellaops = { source = "stellaops/stellaops" }
  }
}

variable "registry_password" {
  type      = string
  ephemeral = true
}

ephemeral "stellaops_oci_credentials_check" "registry" {
  registry_url = "registry.example.com"
  username     = "stellaops-svc"
  password     = var.registry_password
}

resource "terraform_data" "release" { # whatever uses the login
  lifecycle {
    precondition {
      condition     = ephemeral.stellaops_oci_credentials_check.registry.passed
      error_message = "The registry did not accept the login; see the warning."
    }
  }
}
