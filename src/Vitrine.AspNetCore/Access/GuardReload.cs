using Microsoft.Extensions.Logging;
using Vitrine.Guard;

namespace Vitrine.AspNetCore.Access;

/// <summary>Gives the guard what the configuration says, whenever it changes.</summary>
sealed partial class GuardReload : IDisposable
{
    readonly IDisposable? _change;

    public GuardReload(LookGuard guard, LiveOptions options, ILogger<GuardReload> logger) => _change = options.OnChange(now =>
    {
        try
        {
            guard.Apply(now.Guard);
        }
        catch (GuardOptionsException e)
        {
            LogRefused(logger, e.Message);
        }
    });

    public void Dispose() => _change?.Dispose();

    [LoggerMessage(17, LogLevel.Error, "The guard's new settings are not taken, those of before hold: {Problems}")]
    static partial void LogRefused(ILogger logger, string problems);
}
