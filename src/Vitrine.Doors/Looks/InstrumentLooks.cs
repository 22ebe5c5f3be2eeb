using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Doors.Looks;

/// <summary>Asks instruments, by their kinds: what is there now, what happens over a time, what changed over a time, figures, events, a file. It knows kinds, not instruments: whatever a service shows can be asked for.</summary>
sealed class InstrumentLooks
{
    // A stream of events is not a file: whoever wants more looks again.
    const int MaximumEvents = 100_000;

    readonly RecordingPlaces _places = new();

    /// <summary>Looks. Blocks for as long as it watches.</summary>
    /// <param name="plan">How.</param>
    /// <param name="asked">What is looked at.</param>
    /// <param name="query">The caller's words.</param>
    /// <param name="maximumBytes">The most that the answer may have.</param>
    /// <param name="stop">The look ends early and in order: what was seen until then is the result, where that is whole.</param>
    /// <exception cref="LookFaultException">There is no answer; the message has the reason.</exception>
    /// <exception cref="InstrumentUnavailableException">The same, from the instrument.</exception>
    /// <exception cref="OperationCanceledException">It was stopped, and has nothing that is whole.</exception>
    public LookResult Take(LookPlan plan, Asked asked, LookQuery query, long maximumBytes, CancellationToken stop)
    {
        var (instrument, service, name) = (asked.Instrument!, asked.Service!, asked.Name);
        var target = Open(service);
        try
        {
            if (instrument.AvailableFor(target) is { CanLook: false, Reason: var reason })
                throw new LookFaultException(LookStatus.NotAvailable, $"There is no profile {name} here: {reason}.");
            if (plan.Fault is { } fault) throw new LookFaultException(fault);
            using var place = plan.Kind is LookKind.Recording or LookKind.File or LookKind.Events ? _places.Take(service.Name, instrument.Name) : null;
            var result = plan.Kind switch
            {
                LookKind.Text => Text((ITextInstrument)instrument, target, maximumBytes, stop),
                LookKind.Snapshot => Snapshot((IProfileInstrument)instrument, name, target, query, stop),
                LookKind.Difference => Difference((IProfileInstrument)instrument, name, target, plan.Duration, stop),
                LookKind.Recording => Record((IProfileRecorder)instrument, name, target, plan, query, service, stop),
                LookKind.Figures => Measure((IMeasurementInstrument)instrument, target, query, maximumBytes, stop),
                LookKind.File => RecordFile((IFileRecorder)instrument, name, target, plan.Duration, maximumBytes, stop),
                LookKind.Events => Watch((IEventInstrument)instrument, name, target, plan.Duration, query, maximumBytes, stop),
                _ => throw new UnreachableException(),
            };
            return target is IKnowsSource { Source: var source } ? result with { Source = source } : result;
        }
        finally
        {
            (target as IDisposable)?.Dispose();
        }
    }

    static ITarget Open(IShownService service)
    {
        try
        {
            return service.Open();
        }
        catch (InstrumentUnavailableException e)
        {
            throw new LookFaultException(new LookFault(LookStatus.Unavailable, e.Advice.Length > 0 ? $"{e.Message} {e.Advice}" : e.Message, IsServiceGone: true));
        }
    }

    static LookResult Snapshot(IProfileInstrument instrument, string name, ITarget target, LookQuery query, CancellationToken stop) =>
        Answer(name, query.Gc > 0 && instrument is ICollectingInstrument collecting ? collecting.Collect(target, collectFirst: true, stop).Result : instrument.Collect(target, stop).Result, query);

    static LookResult Text(ITextInstrument instrument, ITarget target, long maximumBytes, CancellationToken stop)
    {
        using var bytes = new MemoryStream();
        using (var text = new StreamWriter(new BoundedStream(bytes, maximumBytes)))
            instrument.WriteText(target, text, stop);
        return new(LookResult.PlainText, null) { Bytes = bytes.ToArray() };
    }

    static LookResult Record(IProfileRecorder recorder, string name, ITarget target, LookPlan plan, LookQuery query, IShownService service, CancellationToken stop)
    {
        var recording = plan.Rate is { } rate ? ((IRatedRecorder)recorder).Record(target, plan.Duration, rate, stop) : recorder.Record(target, plan.Duration, stop);
        var profile = recording.Look.Result;
        return Answer(name, plan.IsShort ? profile.WithComments([.. profile.Comments, WhyShort(plan.Duration, service.WayToGrow(recorder))]) : profile, query);
    }

    static string WhyShort(TimeSpan duration, string wayToGrow) => string.Create(CultureInfo.InvariantCulture, $"Recorded for {duration.TotalSeconds:0} s, because the request named no seconds.")
        + (wayToGrow.Length > 0 ? $" It is not what has been since the start: for that, {wayToGrow}; if it is set, the watching was refused or has ended by itself." : "");

    static LookResult Difference(IProfileInstrument instrument, string name, ITarget target, TimeSpan duration, CancellationToken stop)
    {
        var before = instrument.Collect(target, stop);
        var begun = Stopwatch.GetTimestamp();
        stop.WaitHandle.WaitOne(duration);
        var took = Stopwatch.GetElapsedTime(begun);
        var after = instrument.Collect(target, CancellationToken.None);
        var change = Diff.Of(before.Result, after.Result).WithTime((after.CapturedAt - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick, took.Ticks * TimeSpan.NanosecondsPerTick);
        return new(LookResult.Binary, $"{name}-delta") { Profile = change };
    }

    static LookResult Measure(IMeasurementInstrument instrument, ITarget target, LookQuery query, long maximumBytes, CancellationToken stop)
    {
        var look = instrument.Collect(target, stop);
        return query.Debug != 0
            ? new(LookResult.PlainText, null) { Bytes = MeasurementText.Json(look, maximumBytes), Form = ResultForm.Figures }
            : new("application/json; charset=utf-8", null) { Bytes = MeasurementText.Json(look, maximumBytes) };
    }

    static LookResult RecordFile(IFileRecorder recorder, string name, ITarget target, TimeSpan duration, long maximumBytes, CancellationToken stop)
    {
        // Aside first: what was written before a failure is not a whole file, and a caller that reads slowly must not slow the recording down.
        var file = Temporary(recorder.FileExtension);
        try
        {
            recorder.Record(target, duration, new BoundedStream(file, maximumBytes), stop);
            file.Position = 0;
            return new(recorder.MediaType, name + recorder.FileExtension) { File = file };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Gone when it is closed, also when that is because the program was killed; and nobody else's to read.
    static FileStream Temporary(string extension)
    {
        var path = Path.Combine(Path.GetTempPath(), $"vitrine-{Guid.NewGuid():N}{extension}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        if (OperatingSystem.IsWindows())
        {
            options.Options = FileOptions.DeleteOnClose;   // done by the system there, and by the runtime elsewhere
            return new(path, options);
        }
        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        try
        {
            File.Delete(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    static LookResult Watch(IEventInstrument instrument, string name, ITarget target, TimeSpan duration, LookQuery query, long maximumBytes, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        end.CancelAfter(duration);
        using var bytes = new MemoryStream();
        var text = new BoundedStream(bytes, maximumBytes);
        var count = 0;
        try
        {
            foreach (var one in instrument.Watch(target, end.Token).ToBlockingEnumerable(end.Token))
            {
                WriteLine(text, one);
                if (++count == MaximumEvents) break;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }
        return new("application/x-ndjson; charset=utf-8", query.Debug != 0 ? null : name + ".ndjson") { Bytes = bytes.ToArray() };
    }

    static void WriteLine(BoundedStream text, InstrumentEvent one)
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
        text.Write("\n"u8);
    }

    static LookResult Answer(string name, Profile profile, LookQuery query) => query.Debug != 0
        ? new(LookResult.PlainText, null) { Profile = profile }
        : new(LookResult.Binary, name) { Profile = profile };
}
