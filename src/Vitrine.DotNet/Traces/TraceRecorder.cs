using System.Diagnostics;
using System.Globalization;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Events;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Traces;

/// <summary>
/// <c>trace</c>: the runtime's own events as a nettrace file, which PerfView, Visual Studio and dotnet-trace open. The stream is written as it came; nothing reaches the output before the recording has
/// ended well, so what is there is a whole file.
/// </summary>
/// <param name="options">What to record; null for what dotnet-trace records by default.</param>
public sealed class TraceRecorder(TraceOptions? options = null) : IFileRecorder
{
    // Of the size that is allowed, the part that is kept free for the list of methods at the end, or for what comes before the recording has stopped.
    const double RundownShare = 0.25, LastStepShare = 0.1;

    static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    readonly TraceOptions _options = options ?? new();

    /// <inheritdoc/>
    public string Name => "trace";

    /// <inheritdoc/>
    public string Description => "the runtime's events as a nettrace file for PerfView, Visual Studio and dotnet-trace";

    /// <inheritdoc/>
    public Disturbance Disturbance => _options.Providers.Any(static one => one.Name == EventProviders.Sampler) ? Disturbance.Suspends : Disturbance.Events;

    /// <inheritdoc/>
    public string MediaType => "application/octet-stream";

    /// <inheritdoc/>
    public string FileExtension => ".nettrace";

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => EventTarget.AvailabilityOf(target);

    /// <inheritdoc/>
    public FileRecording Record(ITarget target, TimeSpan duration, Stream output, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        var dotnet = EventTarget.Require(target, Name);
        using var recording = EventRecording.Start(dotnet.Port, new()
        {
            Providers = _options.Providers, Rundown = _options.Rundown, BufferMegabytes = _options.BufferMegabytes, MaximumBytes = _options.MaximumBytes,
        });
        List<string> notes = [];
        var enough = (long)(_options.MaximumBytes * (_options.Rundown ? 1 - RundownShare : 1 - LastStepShare));
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < duration && !stop.IsCancellationRequested;)
        {
            if (!recording.Wait(duration - clock.Elapsed < Step ? duration - clock.Elapsed : Step, stop)) break;
            if (recording.Bytes <= enough) continue;
            notes.Add(string.Create(CultureInfo.InvariantCulture,
                $"Ended after {clock.Elapsed.TotalSeconds:0.0} s of {duration.TotalSeconds:0.0} s: the file may have {_options.MaximumBytes / 1e6:0} MB, and the rest is needed for the names of the methods."));
            break;
        }
        var end = recording.Stop();
        if (end.IsCutOff || end.Problem.Length > 0)
            throw new InstrumentUnavailableException($"There is no whole trace: {(end.Problem.Length > 0 ? end.Problem : "its end is missing")}.", "Record for a shorter time, allow a larger file, or ask for fewer events.");
        recording.CopyTo(output);
        return new(end.Bytes, end.Watched, Known<long>.Of(end.DroppedEvents, Provenance.Read("the numbers that each thread gives its events")), notes);
    }
}
