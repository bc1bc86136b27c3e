terraform {
  required_version = ">= 1.10" # OpenTofu: ">= 1.11"

  required_providers {
    aws       = { source = "hashicorp/aws" }
    stellaops = { source = "stellaops/stellaops" }
  }
}

ephemeral "aws_ecr_authorization_token" "login" {}

ephemeral "stellaops_oci_credentials_check" "registry" {
  registry_url = ephemeral.aws_ecr_authorization_token.login.proxy_endpoint
  username     = ephemeral.aws_ecr_authorization_token.login.user_name
  password     = ephemeral.aws_ecr_authorization_token.login.password
}

resource "terraform_data" "release" { # whatever uses the login
  lifecycle {
    precondition {
      condition     = ephemeral.stellaops_oci_credentials_check.registry.passed
      error_message = "The registry did not accept the login; see the warning."
    }
  }
}
