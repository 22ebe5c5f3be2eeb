using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Vitrine.AspNetCore.Operations;
using Vitrine.DotNet;
using Vitrine.DotNet.Runtime;
using Vitrine.Instruments;

namespace Vitrine.AspNetCore.Panics;

/// <summary>
/// Keeps what is to be known of a fault. What costs microseconds is taken on the spot; threads are looked at and files written by a thread of its own, one record after the other, so that the answer does not wait
/// and a storm of faults is not made worse. What does not fit into its short queue is counted and left out.
/// </summary>
sealed partial class PanicRecorder : IDisposable
{
    const int QueueLength = 8, MaximumThreadText = 8 << 20;

    readonly PanicTable _table = new(TimeProvider.System);
    readonly Channel<PanicEvent> _queue = Channel.CreateBounded<PanicEvent>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    readonly CancellationTokenSource _stop = new();
    readonly RuntimeReader _reader;
    readonly InstrumentRegistry _instruments;
    readonly LiveOptions _options;
    readonly ILogger<PanicRecorder> _logger;
    readonly Counter<long> _panics;
    Thread? _thread;
    int _pending;
    long? _lookedAtThreads;   // of the recorder's own thread alone

    public PanicRecorder(RuntimeReader reader, InstrumentRegistry instruments, LiveOptions options, IMeterFactory meters, ILogger<PanicRecorder> logger)
    {
        (_reader, _instruments, _options, _logger) = (reader, instruments, options, logger);
        _panics = meters.Create(MetricsOptions.OwnMeter).CreateCounter<long>("vitrine.panics", "{panic}", "Exceptions that no handler of the service caught, by type.");
    }

    /// <summary>Takes note of a fault of a request.</summary>
    public void Note(HttpContext context, Exception exception)
    {
        var cause = PanicCause.Of(exception);
        _panics.Add(1, new KeyValuePair<string, object?>("error.type", cause.Type));
        var options = _options.Current.Panics;
        if (!_table.ShouldRecord(cause, options.Interval, out var suppressed))
        {
            LogAgain(_logger, cause.Type, cause.Frame);
            return;
        }
        _reader.Capture(out var runtime);
        var operation = LogicalOperation.Current;
        var panic = new PanicEvent(cause, exception, DateTimeOffset.UtcNow, operation?.TraceId ?? Activity.Current?.TraceId.ToHexString() ?? "", operation?.Id ?? "", Describe(context), suppressed, runtime);
        if (options.IncludeMessages) LogPanic(_logger, exception, cause.Type, panic.Request, panic.TraceId, suppressed, "");
        else LogPanic(_logger, null, cause.Type, panic.Request, panic.TraceId, suppressed, "\n" + exception.StackTrace);
        if (options.Folder is not null) Enqueue(panic);
    }

    /// <summary>Waits until everything that was noted is written; for tests and an orderly end.</summary>
    internal bool Drain(TimeSpan limit) => SpinWait.SpinUntil(() => Volatile.Read(ref _pending) == 0, limit);

    void Enqueue(PanicEvent panic)
    {
        Interlocked.Increment(ref _pending);
        if (!_queue.Writer.TryWrite(panic))
        {
            Interlocked.Decrement(ref _pending);
            LogLeftOut(_logger, panic.Cause.Type);
            return;
        }
        if (_thread is not null) return;
        var thread = new Thread(Run) { IsBackground = true, Name = "Vitrine panics" };
        if (Interlocked.CompareExchange(ref _thread, thread, null) is null) thread.UnsafeStart();
    }

    void Run()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var panic = _queue.Reader.ReadAsync(_stop.Token).AsTask().GetAwaiter().GetResult();
                Write(panic);
                Interlocked.Decrement(ref _pending);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
        }
    }

    // Whatever goes wrong here, of a thread of Vitrine's own, must not end the service.
    void Write(PanicEvent panic)
    {
        try
        {
            var options = _options.Current.Panics;
            if (options.Folder is null) return;
            LogRecorded(_logger, panic.TraceId, PanicFolder.Write(options, panic, PanicText.Of(panic, options.IncludeMessages, Threads(options.ThreadsInterval))));
        }
        catch (Exception e)
        {
            LogNotWritten(_logger, e, panic.TraceId);
        }
    }

    // Each look stops all managed threads for a moment: a storm of different causes must not stop them again and again.
    string Threads(TimeSpan interval)
    {
        if (!_instruments.TryGet("goroutine", out var instrument) || instrument is not ITextInstrument dump) return "unknown (there is no instrument for all threads here)\n";
        if (_lookedAtThreads is { } before && Stopwatch.GetElapsedTime(before) is var ago && ago < interval)
            return string.Create(CultureInfo.InvariantCulture, $"not looked at: that was done {ago.TotalSeconds:0.0} s ago for another record, and is done at most once in {interval.TotalSeconds:0.#} s\n");
        using var text = new BoundedText(MaximumThreadText);
        try
        {
            dump.WriteText(SelfTarget.Instance, text, _stop.Token);
        }
        catch (Exception e)
        {
            // The rest of the record is there all the same.
            text.Write($"unknown ({e.Message})\n");
            if (e is not (InstrumentUnavailableException or OperationCanceledException)) LogNoThreads(_logger, e, instrument.Name);
        }
        _lookedAtThreads = Stopwatch.GetTimestamp();
        return text.ToString();
    }

    static string Describe(HttpContext context) =>
        $"{context.Request.Method} {(context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)"}";

    /// <summary>Ends the thread after what it is at.</summary>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _stop.Cancel();
        _thread?.Join(TimeSpan.FromSeconds(10));
        _stop.Dispose();
    }

    [LoggerMessage(1, LogLevel.Error, "Panic: {Type} in {Request}, trace {TraceId}; {Suppressed} of the same cause were only counted since it was recorded last.{Stack}")]
    static partial void LogPanic(ILogger logger, Exception? exception, string type, string request, string traceId, long suppressed, string stack);

    [LoggerMessage(2, LogLevel.Debug, "Panic again: {Type} at {Frame}; it was recorded a short time ago and is only counted.")]
    static partial void LogAgain(ILogger logger, string type, string frame);

    [LoggerMessage(3, LogLevel.Information, "The panic of trace {TraceId} is recorded in {File}.")]
    static partial void LogRecorded(ILogger logger, string traceId, string file);

    [LoggerMessage(4, LogLevel.Warning, "The panic of trace {TraceId} could not be recorded: check Vitrine:Panics:Folder.")]
    static partial void LogNotWritten(ILogger logger, Exception exception, string traceId);

    [LoggerMessage(5, LogLevel.Warning, "A panic ({Type}) is in no file: too many different ones came at once.")]
    static partial void LogLeftOut(ILogger logger, string type);

    [LoggerMessage(6, LogLevel.Warning, "The threads could not be looked at for the record of a panic ({Instrument}).")]
    static partial void LogNoThreads(ILogger logger, Exception exception, string instrument);
}
