terraform {
  required_version = ">= 1.10" # OpenTofu: ">= 1.11"

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
  ephemeral = true
}

ephemeral "stellaops_oci_credentials_check" "registry" {
  registry_url = var.registry_url
  username     = var.registry_username
  password     = var.registry_password
}

# The gate: a precondition in what ships the credentials. Its error_message must
# not mention an ephemeral value; the warning of the check says what is wrong.
resource "terraform_data" "release" {
  lifecycle {
    precondition {
      condition     = ephemeral.stellaops_oci_credentials_check.registry.passed
      error_message = "The registry credentials did not pass the check; see the warning."
    }
  }
}
