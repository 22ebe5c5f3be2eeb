using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Vitrine.AspNetCore.Access;
using Vitrine.AspNetCore.Continuous;
using Vitrine.DotNet;
using Vitrine.DotNet.Heap;
using Vitrine.Instruments;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.AspNetCore.Pprof;

/// <summary>
/// From a request to what an instrument saw, by the kinds of instruments: what is there now, what happens over a time, what changed over a time, figures, events, a file. It knows kinds, not instruments: whatever
/// is in the registry can be asked for.
/// </summary>
sealed class Looks(LookLimits limits, ContinuousProfiles continuous)
{
    const string Binary = "application/octet-stream";

    // As Go: the CPU profile watches for 30 seconds when it is not told how long, the trace for one.
    static readonly TimeSpan s_profileTime = TimeSpan.FromSeconds(30);
    // The others come within the ten seconds that collectors wait for an answer without seconds, also when the methods have to be listed afterwards on a busy machine.
    static readonly TimeSpan s_shortTime = TimeSpan.FromSeconds(3);
    static readonly TimeSpan s_traceTime = TimeSpan.FromSeconds(1);

    // A stream of events is not a file: whoever wants more looks again.
    const int MaximumEvents = 100_000;

    /// <summary>Looks. Blocks for as long as it watches.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="name">Under which name it was asked for: <c>profile</c> is Go's for <c>cpu</c>.</param>
    /// <param name="query">How.</param>
    /// <param name="options">The limits of now.</param>
    /// <param name="stop">The caller is gone, or the service ends: the look ends early and in order.</param>
    /// <exception cref="LookRefusedException">There is no answer; the message has the reason.</exception>
    /// <exception cref="InstrumentUnavailableException">The same, from the instrument.</exception>
    public LookOutcome Take(IInstrument instrument, string name, PprofQuery query, VitrineOptions options, CancellationToken stop)
    {
        using var place = limits.TryLook(options.MaximumLooks)
            ?? throw new LookRefusedException(StatusCodes.Status429TooManyRequests, $"There are {options.MaximumLooks} looks running already: try again when one has ended.");
        if (instrument.AvailableFor(SelfTarget.Instance) is { CanLook: false, Reason: var reason })
            throw new LookRefusedException(StatusCodes.Status501NotImplemented, $"There is no profile {name} here: {reason}.");
        return instrument switch
        {
            ITextInstrument full when query.Debug >= 2 && query.Seconds.Length == 0 => Text(full, stop),
            IProfileRecorder when query.Seconds.Length == 0 && continuous.TryGet(instrument.Name, out var grown) => Answer(name, grown.Collect(stop), query),
            ICumulativeInstrument growing when growing.IsGrowing(SelfTarget.Instance) => query.Seconds.Length == 0 ? Snapshot(growing, name, query, stop) : Difference(growing, name, query, options, stop),
            // Nothing watches all the time: a recording, however the caller asked.
            ICumulativeInstrument and IProfileRecorder recorder => Record(recorder, name, query, options, stop),
            IProfileInstrument snapshot when query.Seconds.Length == 0 => Snapshot(snapshot, name, query, stop),
            IProfileRecorder recorder => Record(recorder, name, query, options, stop),
            IProfileInstrument growing => Difference(growing, name, query, options, stop),
            IMeasurementInstrument figures => Measure(figures, query, stop),
            IFileRecorder file => RecordFile(file, name, query, options, stop),
            IEventInstrument events => Watch(events, name, query, options, stop),
            _ => throw new LookRefusedException(StatusCodes.Status501NotImplemented, $"Nothing that {name} shows can be sent over HTTP."),
        };
    }

    static LookOutcome Snapshot(IProfileInstrument instrument, string name, PprofQuery query, CancellationToken stop)
    {
        if (query.Gc > 0 && instrument is HeapInstrument heap) return Answer(name, heap.Collect(SelfTarget.Instance, collectFirst: true, stop).Result, query);
        return Answer(name, instrument.Collect(SelfTarget.Instance, stop).Result, query);
    }

    static LookOutcome Text(ITextInstrument instrument, CancellationToken stop)
    {
        using var bytes = new MemoryStream();
        using (var text = new StreamWriter(bytes, leaveOpen: true))
            instrument.WriteText(SelfTarget.Instance, text, stop);
        return new(bytes.ToArray(), PlainText.ContentType, null);
    }

    LookOutcome Record(IProfileRecorder recorder, string name, PprofQuery query, VitrineOptions options, CancellationToken stop)
    {
        // Go's CPU profile takes its default for whatever is not a time; the others say what is wrong.
        if (name != "profile" && query.Seconds.Length > 0 && query.WholeSeconds is null) throw BadSeconds();
        var isShort = recorder.Name != "cpu" && query.Seconds.Length == 0;
        var duration = Bounded(isShort ? ShortTime(options) : query.WholeSeconds ?? s_profileTime, options);
        using var place = limits.TryRecord(recorder.Name) ?? throw InUse(recorder.Name);
        var recording = Rate(recorder, name, query) is { } rate
            ? ((IRatedRecorder)recorder).Record(SelfTarget.Instance, duration, rate, stop)
            : recorder.Record(SelfTarget.Instance, duration, stop);
        var profile = recording.Look.Result;
        return Answer(name, isShort ? profile.WithComments([.. profile.Comments, WhyShort(recorder, duration)]) : profile, query);
    }

    static TimeSpan ShortTime(VitrineOptions options) => TimeSpan.FromSeconds(Math.Min(s_shortTime.TotalSeconds, options.MaximumSeconds));

    static string WhyShort(IProfileRecorder recorder, TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"Recorded for {duration.TotalSeconds:0} s, because the request named no seconds.") + (recorder switch
    {
        ICumulativeInstrument or IFlowRecorder => $" It is not what has been since the start: for that, set {VitrineOptions.Section}:{nameof(VitrineOptions.Continuous)}:{recorder.Name}; if it is set, the watching was refused or has ended by itself.",
        _ => "",
    });

    static int? Rate(IProfileRecorder recorder, string name, PprofQuery query)
    {
        if (query.Rate.Length == 0) return null;
        if (recorder is not IRatedRecorder rated)
            throw new LookRefusedException(StatusCodes.Status400BadRequest, $"\"rate\" parameter is not supported for {name}");
        return int.TryParse(query.Rate, NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rated.Rates.Contains(rate)
            ? rate
            : throw new LookRefusedException(StatusCodes.Status400BadRequest, $"invalid value for \"rate\" - one of {string.Join(", ", rated.Rates)}");
    }

    static LookOutcome Difference(IProfileInstrument instrument, string name, PprofQuery query, VitrineOptions options, CancellationToken stop)
    {
        var duration = Bounded(query.WholeSeconds ?? throw BadSeconds(), options);
        if (query.Debug != 0) throw new LookRefusedException(StatusCodes.Status400BadRequest, "seconds and debug params are incompatible");
        var before = instrument.Collect(SelfTarget.Instance, stop);
        var begun = Stopwatch.GetTimestamp();
        stop.WaitHandle.WaitOne(duration);
        var took = Stopwatch.GetElapsedTime(begun);
        var after = instrument.Collect(SelfTarget.Instance, CancellationToken.None);
        var change = Diff.Of(before.Result, after.Result).WithTime((after.CapturedAt - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick, took.Ticks * TimeSpan.NanosecondsPerTick);
        return new(ProfileWriter.ToBytes(change), Binary, $"{name}-delta");
    }

    static LookOutcome Measure(IMeasurementInstrument instrument, PprofQuery query, CancellationToken stop)
    {
        var look = instrument.Collect(SelfTarget.Instance, stop);
        return query.Debug != 0
            ? new(Encoding.UTF8.GetBytes(MeasurementText.Text(look)), PlainText.ContentType, null)
            : new(MeasurementText.Json(look), "application/json; charset=utf-8", null);
    }

    LookOutcome RecordFile(IFileRecorder recorder, string name, PprofQuery query, VitrineOptions options, CancellationToken stop)
    {
        var duration = Bounded(query.FractionalSeconds ?? s_traceTime, options);
        using var place = limits.TryRecord(recorder.Name) ?? throw InUse(recorder.Name);
        // Aside first: what was written before a failure is not a whole file, and a caller that reads slowly must not slow the recording down.
        var file = Temporary(recorder.FileExtension);
        try
        {
            recorder.Record(SelfTarget.Instance, duration, file, stop);
            file.Position = 0;
            return new(default, recorder.MediaType, name + recorder.FileExtension, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Gone when it is closed, and nobody else's to read.
    static FileStream Temporary(string extension)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new(Path.Combine(Path.GetTempPath(), $"vitrine-{Guid.NewGuid():N}{extension}"), options);
    }

    LookOutcome Watch(IEventInstrument instrument, string name, PprofQuery query, VitrineOptions options, CancellationToken stop)
    {
        var duration = Bounded(query.FractionalSeconds ?? s_traceTime, options);
        using var place = limits.TryRecord(instrument.Name) ?? throw InUse(instrument.Name);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        end.CancelAfter(duration);
        using var text = new MemoryStream();
        var count = 0;
        try
        {
            foreach (var one in instrument.Watch(SelfTarget.Instance, end.Token).ToBlockingEnumerable(end.Token))
            {
                WriteLine(text, one);
                if (++count == MaximumEvents) break;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }
        return new(text.ToArray(), "application/x-ndjson; charset=utf-8", query.Debug != 0 ? null : name + ".ndjson");
    }

    static void WriteLine(MemoryStream text, InstrumentEvent one)
    {
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("name", one.Name);
            json.WriteString("started_at", one.StartedAt);
            if (one.Duration is { } duration) json.WriteNumber("duration_ns", (long)duration.TotalNanoseconds);
            else json.WriteNull("duration_ns");
            json.WriteStartObject("attributes");
            foreach (var (key, value) in one.Attributes)
                json.WriteString(key, value);
            json.WriteEndObject();
            json.WriteString("provenance", one.Provenance.ToString());
            json.WriteEndObject();
        }
        text.WriteByte((byte)'\n');
    }

    static LookOutcome Answer(string name, Profile profile, PprofQuery query) => query.Debug != 0
        ? new(Encoding.UTF8.GetBytes(LegacyText.Of(name, profile)), PlainText.ContentType, null)
        : new(ProfileWriter.ToBytes(profile), Binary, name);

    static TimeSpan Bounded(TimeSpan duration, VitrineOptions options) => duration.TotalSeconds <= options.MaximumSeconds
        ? duration
        : throw new LookRefusedException(StatusCodes.Status400BadRequest, string.Create(CultureInfo.InvariantCulture,
            $"invalid value for \"seconds\" - at most {options.MaximumSeconds} here ({VitrineOptions.Section}:{nameof(VitrineOptions.MaximumSeconds)})"));

    static LookRefusedException BadSeconds() => new(StatusCodes.Status400BadRequest, "invalid value for \"seconds\" - must be a positive integer");

    // Go's words for the two that it has.
    static LookRefusedException InUse(string instrument) => new(StatusCodes.Status500InternalServerError, instrument switch
    {
        "cpu" => "Could not enable CPU profiling: cpu profiling already in use",
        "trace" => "Could not enable tracing: tracing already enabled",
        _ => $"Could not enable {instrument}: it is being recorded already",
    });
}
