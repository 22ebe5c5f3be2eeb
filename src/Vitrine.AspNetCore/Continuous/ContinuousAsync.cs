using Microsoft.Extensions.Logging;
using Vitrine.DotNet.Async;
using Vitrine.Instruments;

namespace Vitrine.AspNetCore.Continuous;

/// <summary>Has the service's async operations tracked from its start, when the options want <c>goroutine</c> watched all the time: then each look shows them beside the threads.</summary>
sealed partial class ContinuousAsync : IDisposable
{
    public ContinuousAsync(LiveOptions options, ILogger<ContinuousAsync> logger)
    {
        var now = options.Current;
        if (!now.Enabled || !now.IsOn("goroutine") || !now.Continuous.TryGetValue("goroutine", out var wanted) || !wanted) return;
        try
        {
            Tracking = AsyncTracking.Start();
        }
        catch (InstrumentUnavailableException e)
        {
            LogNotTracked(logger, e.Message);
        }
    }

    /// <summary>What tracks them; null when nothing does.</summary>
    public AsyncTracking? Tracking { get; }

    public void Dispose() => Tracking?.Dispose();

    [LoggerMessage(16, LogLevel.Warning, "The service's async operations are not tracked, goroutine shows threads only: {Reason}")]
    static partial void LogNotTracked(ILogger logger, string reason);
}
