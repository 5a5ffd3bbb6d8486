using './main.bicep'

param name = 'agents'
param allowedOrigins = [
  'https://app.example.com'
]
param supabaseIssuer = 'https://project.supabase.co/auth/v1'
param supabaseJwtSecretUri = 'https://agents.vault.azure.net/secrets/supabase-jwt'
