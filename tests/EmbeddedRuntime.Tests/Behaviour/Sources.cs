namespace MultiAgentInfra.EmbeddedRuntime.Tests.Behaviour;

/// <summary>The sources and documents that the cases encode.</summary>
internal static class Sources
{
    public const string Context = Sdk + "src/Worker/Core/Shims/TaskOrchestrationContextWrapper.cs";
    public const string EventSource = Sdk + "src/Worker/Core/Shims/TaskOrchestrationContextWrapper.EventSource.cs";
    public const string Shim = Sdk + "src/Worker/Core/Shims/TaskOrchestrationShim.cs";
    public const string ActivityShim = Sdk + "src/Worker/Core/Shims/TaskActivityShim.cs";
    public const string Factory = Sdk + "src/Worker/Core/DurableTaskFactory.cs";
    public const string Processor = Sdk + "src/Worker/Grpc/GrpcDurableTaskWorker.Processor.cs";
    public const string Contract = Sdk + "src/Abstractions/TaskOrchestrationContext.cs";
    public const string Options = Sdk + "src/Abstractions/TaskOptions.cs";
    public const string Policy = Sdk + "src/Abstractions/RetryPolicy.cs";
    public const string Failure = Sdk + "src/Abstractions/TaskFailureDetails.cs";
    public const string Failed = Sdk + "src/Abstractions/TaskFailedException.cs";
    public const string Names = Sdk + "src/Abstractions/TaskName.cs";
    public const string Versioning = Sdk + "src/Abstractions/TaskOrchestrationVersioningUtils.cs";
    public const string Json = Sdk + "src/Abstractions/Converters/JsonDataConverter.cs";
    public const string Pages = Sdk + "src/Abstractions/Pageable.cs";
    public const string Client = Sdk + "src/Client/Core/DurableTaskClient.cs";
    public const string Metadata = Sdk + "src/Client/Core/OrchestrationMetadata.cs";
    public const string GrpcClient = Sdk + "src/Client/Grpc/GrpcDurableTaskClient.cs";
    public const string ShimClient = Sdk + "src/Client/OrchestrationServiceClientShim/ShimDurableTaskClient.cs";
    public const string Patterns = Sdk + "test/Grpc.IntegrationTests/OrchestrationPatterns.cs";
    public const string Errors = Sdk + "test/Grpc.IntegrationTests/OrchestrationErrorHandling.cs";
    public const string ClientTests = Sdk + "test/Grpc.IntegrationTests/GrpcDurableTaskClientIntegrationTests.cs";
    public const string EventStack = Sdk + "test/Grpc.IntegrationTests/ExternalEventStackTests.cs";
    public const string HostTests = Sdk + "test/InProcessTestHost.Tests/ContinueAsNewTests.cs";
    public const string Injection = Sdk + "test/InProcessTestHost.Tests/DependencyInjectionTests.cs";
    public const string MemoryService = Sdk + "src/InProcessTestHost/Sidecar/InMemoryOrchestrationService.cs";

    public const string CoreExecutor = Core + "src/DurableTask.Core/TaskOrchestrationExecutor.cs";
    public const string CoreContext = Core + "src/DurableTask.Core/TaskOrchestrationContext.cs";
    public const string CoreDispatcher = Core + "src/DurableTask.Core/TaskOrchestrationDispatcher.cs";
    public const string CoreRetries = Core + "src/DurableTask.Core/RetryInterceptor.cs";

    public const string TimerGuide = Core + "docs/features/timers.md";
    public const string ErrorGuide = Core + "docs/features/error-handling.md";
    public const string SubGuide = Core + "docs/features/sub-orchestrations.md";
    public const string Guide = Core + "docs/concepts/orchestrations.md";

    public const string Singletons = "https://learn.microsoft.com/azure/durable-task/common/durable-task-singletons";
    public const string ExtensionIssues = "https://github.com/Azure/azure-functions-durable-extension/issues/";
    public const string CoreIssues = "https://github.com/Azure/durabletask/issues/";
    public const string SdkIssues = "https://github.com/microsoft/durabletask-dotnet/issues/";

    private const string Sdk = "microsoft/durabletask-dotnet ";
    private const string Core = "Azure/durabletask ";
}
