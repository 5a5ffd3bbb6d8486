using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MultiAgentInfra.Activities;
using MultiAgentInfra.Functions;
using MultiAgentInfra.Functions.Http;
using MultiAgentInfra.Functions.Security;
using MultiAgentInfra.Orchestrations;

var builder = FunctionsApplication.CreateBuilder(args);

// Before every middleware of ours: one that is registered earlier never sees the request, and the function runs all the same.
builder.ConfigureFunctionsWebApplication();
if (!ServiceRegistration.Check(builder.Configuration))
    throw new StartupException("On Azure authentication must be configured: set Supabase__JwtSecret or Supabase__JwtSecretFile.");
RequirePostgres(builder.Configuration);
builder.Services.AddControlPlaneOptions(builder.Configuration).AddControlPlane();
// Scoped to HTTP: within the replay of an orchestration, an await that leaves its thread would hang it.
builder.UseWhen<ExceptionMiddleware>(IsHttp);
builder.UseWhen<AuthorizationMiddleware>(IsHttp);
builder.ConfigureDurableWorker().AddTasks(registry => registry.AddOrchestrations().AddActivities());
builder.Build().Run();

static bool IsHttp(FunctionContext context) => context.FunctionDefinition.InputBindings.Values.Any(binding => binding.Type == "httpTrigger");

// The instances of a function app share their store, which a SQLite file cannot be.
static void RequirePostgres(IConfiguration configuration) => throw new StartupException(
    configuration.GetConnectionString("Postgres") is { Length: > 0 }
        ? "This release has no PostgreSQL store yet, so that it runs on the embedded host only."
        : "On Azure the store must be PostgreSQL: set ConnectionStrings__Postgres.");
