using Microsoft.Extensions.Logging;
using Vitrine.DotNet;
using Vitrine.DotNet.Heap;
using Vitrine.Instruments;

namespace Vitrine.AspNetCore.Continuous;

/// <summary>Follows the service's objects from its start, when the options want <c>heap</c> or <c>allocs</c> watched all the time.</summary>
sealed partial class ContinuousHeap : IDisposable
{
    public ContinuousHeap(LiveOptions options, ILogger<ContinuousHeap> logger)
    {
        var now = options.Current;
        if (!now.Enabled || !IsWanted("heap", now) && !IsWanted("allocs", now)) return;
        try
        {
            Tracking = HeapTracking.Start(SelfTarget.Instance);
        }
        catch (InstrumentUnavailableException e)
        {
            LogNotFollowed(logger, e.Message);
        }
    }

    /// <summary>What follows them; null when nothing does.</summary>
    public HeapTracking? Tracking { get; }

    static bool IsWanted(string name, VitrineOptions options) => options.Continuous.TryGetValue(name, out var wanted) && wanted;

    public void Dispose() => Tracking?.Dispose();

    [LoggerMessage(13, LogLevel.Warning, "The service's objects are not followed, heap and allocs are there over given times only: {Reason}")]
    static partial void LogNotFollowed(ILogger logger, string reason);
}
