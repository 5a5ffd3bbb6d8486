using Microsoft.Extensions.Options;

namespace MultiAgentInfra.Functions;

/// <summary>Why the application does not start, in words for the person who starts it.</summary>
public sealed class StartupException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Runs every registered check of options and reports all that fail together.</summary>
    /// <exception cref="StartupException">Some options are invalid.</exception>
    public static void ThrowIfInvalid(IStartupValidator options)
    {
        try
        {
            options.Validate();
        }
        catch (OptionsValidationException exception)
        {
            throw Of([.. exception.Failures], exception);
        }
        catch (AggregateException exception)
        {
            throw Of([.. exception.Flatten().InnerExceptions.OfType<OptionsValidationException>().SelectMany(inner => inner.Failures)], exception);
        }
    }

    private static StartupException Of(IReadOnlyList<string> failures, Exception cause) => new(
        $"The configuration has {(failures.Count == 1 ? "one error" : $"{failures.Count} errors")}:{string.Concat(failures.Select(failure => $"\n- {failure}"))}",
        cause);
}
