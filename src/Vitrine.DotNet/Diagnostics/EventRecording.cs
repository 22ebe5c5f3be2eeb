using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Vitrine.DotNet.Nettrace;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Diagnostics;

/// <summary>
/// One session of the runtime's EventPipe. A thread of its own does nothing but drain the bytes into memory that was allocated beforehand: it parses nothing, allocates nothing and touches no event
/// source, because a process that listens to itself deadlocks otherwise. While a session is stopped, the runtime holds the lock that every new event source needs and waits until its last bytes are read
/// (https://github.com/dotnet/runtime/issues/1892).
/// With <see cref="EventRecordingOptions.Live"/> a second thread parses while the session runs, in bounded memory; without, everything is kept until the end.
/// </summary>
public sealed class EventRecording : IDisposable
{
    const int LiveBytes = 16 << 20, LargestPiece = 1 << 20, StackBytes = 256 << 10;
    const int Unfinished = 0, Finished = 1;

    /// <summary>Bytes that the sink is given at a time. What was given is free again afterwards, so this is also how often the drain sees that the sink moves.</summary>
    const int FedPiece = 128 << 10;

    /// <summary>
    /// Looks of the draining thread, a millisecond apart or more, in which the sink makes no progress while memory is full, before the recording is given up. They are counted and not timed: what stops the whole
    /// process for a while (a long collection, a debugger, a quota of processor time) stops both threads, and says nothing of the sink.
    /// </summary>
    const int SinkPatience = 1000;

    /// <summary>Looks of the parsing thread, 10 ms apart, that find nothing before it takes the runtime to have written everything.</summary>
    const int QuietRounds = 25;

    // No rundown takes that long; a stream that never ends is no reason to wait for ever.
    static readonly TimeSpan s_longestStop = TimeSpan.FromMinutes(3);

    readonly DiagnosticPort _port;
    readonly EventRecordingOptions _options;
    readonly IpcConnection _stream;
    readonly ulong _session;
    readonly DrainBuffer _buffer;
    readonly Thread _drain;
    readonly NettraceReader? _reader;
    readonly Thread? _parse;
    readonly Stopwatch _clock = Stopwatch.StartNew();
    readonly Lock _stopping = new();
    long _discarded;
    int _drainState, _parseState, _drainId, _parseId;
    long _endedAt;
    bool _abandoned, _isGivenUp;
    NettraceSummary _summary;
    Exception? _failure;
    EventRecordingEnd? _end;
    bool _disposed;

    EventRecording(DiagnosticPort port, EventRecordingOptions options)
    {
        (_port, _options) = (port, options);
        _buffer = new(options.Live is null ? options.MaximumBytes : Math.Min(options.MaximumBytes, LiveBytes));
        try
        {
            (_stream, _session) = port.Collect(options);
        }
        catch
        {
            _buffer.Dispose();
            throw;
        }
        // What is measured is what was watched, and not how long asking for it took.
        _clock.Restart();
        if (options.Live is not null) _reader = new(options.Live, options.Limits);
        _drain = new(Drain, StackBytes) { IsBackground = true, Name = "vitrine drain" };
        _drain.Start();
        if (options.Live is null) return;
        _parse = new(Parse) { IsBackground = true, Name = "vitrine events" };
        _parse.Start();
    }

    /// <summary>Starts a session.</summary>
    /// <exception cref="InstrumentUnavailableException">The runtime cannot be reached or refuses; the message has the reason.</exception>
    public static EventRecording Start(DiagnosticPort port, EventRecordingOptions options)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(options);
        return new(port, options);
    }

    /// <summary>Whether the stream has ended: by <see cref="Stop"/>, because the process did, or because of a <see cref="Problem"/>.</summary>
    public bool HasEnded => Volatile.Read(ref _drainState) == Finished;

    /// <summary>
    /// Why a recording with a live sink has given itself up, as a clause; empty while all is well. Known at once, also while the recording is not stopped: the session is ended by it, so that the process
    /// does not go on paying for events that nobody reads.
    /// </summary>
    public string Problem => Volatile.Read(ref _failure) switch
    {
        { } told when told is BadNettraceException or RecordingOverException => told.Message.TrimEnd('.'),
        { } other => $"what takes in the events failed with {other.GetType().Name}: {other.Message.TrimEnd('.')}",
        null when Volatile.Read(ref _isGivenUp) => "what takes in the events stood still while memory was full",
        null => "",
    };

    /// <summary>Bytes that have come so far.</summary>
    public long Bytes => _buffer.Written + Volatile.Read(ref _discarded);

    /// <summary>The threads that read, by the operating system's ids, as far as they have started. Their events and samples are no work of the program's.</summary>
    public IReadOnlyList<int> ReaderThreadIds => [.. new[] { Volatile.Read(ref _drainId), Volatile.Read(ref _parseId) }.Where(static id => id != 0)];

    /// <summary>Waits while the session runs.</summary>
    /// <returns>False when the process ended the stream, as it does when it ends. True also at once when there is a <see cref="Problem"/>.</returns>
    public bool Wait(TimeSpan duration, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        while (!HasEnded)
        {
            var left = duration - clock.Elapsed;
            if (left <= TimeSpan.Zero || stop.IsCancellationRequested) return true;
            stop.WaitHandle.WaitOne(left < TimeSpan.FromMilliseconds(100) ? left : TimeSpan.FromMilliseconds(100));
        }
        return Problem.Length > 0;
    }

    // Nothing here may allocate, take a lock or call what could write an event.
    unsafe void Drain()
    {
        Volatile.Write(ref _drainId, UnixCalls.CurrentThreadId());
        const int scratchBytes = 64 << 10;
        var scratch = stackalloc byte[scratchBytes];
        var isDiscarding = false;
        var (sinkAt, looks) = (0L, 0);
        while (!Volatile.Read(ref _abandoned))
        {
            var to = _buffer.Free(out var free);
            if (free == 0 && !isDiscarding)
            {
                if (_reader is null)
                {
                    isDiscarding = true;
                    continue;
                }
                // While the sink makes progress, waiting only moves the loss into the runtime's buffer, where events are dropped whole and counted. A sink that stands still may itself wait for the
                // session's end, which needs these bytes to be read or the stream to be closed.
                if (SinkProgress is var at && at != sinkAt) (sinkAt, looks) = (at, 0);
                else if (++looks > SinkPatience) break;
                Thread.Sleep(1);
                continue;
            }
            looks = 0;
            var got = isDiscarding ? _stream.Receive(scratch, scratchBytes, 100) : _stream.Receive(to, Math.Min(free, LargestPiece), 100);
            if (got == IpcConnection.TimedOut) continue;
            if (got == 0) break;
            if (isDiscarding) Volatile.Write(ref _discarded, _discarded + got);
            else _buffer.Commit(got);
        }
        var isGivenUp = looks > SinkPatience;
        if (isGivenUp)
        {
            Volatile.Write(ref _isGivenUp, true);
            // From here on nobody waits for this thread.
            _stream.Abort();
        }
        Volatile.Write(ref _endedAt, _clock.ElapsedTicks);
        Volatile.Write(ref _drainState, Finished);
        if (isGivenUp) EndSession();
    }

    /// <summary>Changes whenever the sink gets on.</summary>
    long SinkProgress => _buffer.ReadPosition + _reader!.Events;

    /// <summary>Ends a session whose stream is closed. The runtime does so by itself, but only when it has something to write.</summary>
    void EndSession()
    {
        try
        {
            _port.BeginStop(_session).Dispose();
        }
        catch (InstrumentUnavailableException)
        {
            // The process has ended, or takes no connection: it finds the stream closed when it writes to it.
        }
    }

    void Parse()
    {
        Volatile.Write(ref _parseId, UnixCalls.CurrentThreadId());
        var reader = _reader!;
        var quiet = 0;
        try
        {
            while (true)
            {
                // In this order: what was written before the end was seen is read after it.
                var isLast = Volatile.Read(ref _drainState) == Finished;
                var bytes = _buffer.Readable();
                if (!bytes.IsEmpty)
                {
                    if (bytes.Length > FedPiece) bytes = bytes[..FedPiece];
                    reader.Feed(bytes);
                    _buffer.Consume(bytes.Length);
                    quiet = 0;
                }
                else if (isLast || Volatile.Read(ref _abandoned))
                {
                    break;
                }
                else
                {
                    // The runtime writes ten times a second. Waking up by itself costs less than a lock that the draining thread would have to take.
                    Thread.Sleep(10);
                    // In one go it writes all that is earlier than the go. When nothing has come for several of them, what still waits for its turn has it: a process that is idle would say nothing more.
                    if (++quiet == QuietRounds) reader.HandOutAll();
                }
            }
            _summary = reader.Finish();
        }
        catch (Exception e)
        {
            Volatile.Write(ref _failure, e);
            _stream.Abort();
            while (Volatile.Read(ref _drainState) != Finished)
            {
                _buffer.Consume(_buffer.Readable().Length);
                Thread.Sleep(1);
            }
            EndSession();
            Abandon(reader);
        }
        Volatile.Write(ref _parseState, Finished);
    }

    // The sink is told that it is over. That it fails once more changes nothing: the first failure is the one that counts.
    static void Abandon(NettraceReader reader)
    {
        try
        {
            reader.Abandon();
        }
        catch (Exception)
        {
        }
    }

    /// <summary>
    /// Ends the session, and waits until everything was read and, with a live sink, handed out. The time is bounded also when the runtime does not answer any more. Calling it again returns the same.
    /// </summary>
    /// <returns>What can be said of the recording. A damaged stream, and a sink that stood still, are a <see cref="EventRecordingEnd.Problem"/>; what the sink threw is thrown.</returns>
    public EventRecordingEnd Stop()
    {
        lock (_stopping)
        {
            ObjectDisposedException.ThrowIf(_disposed && _end is null, this);
            _end ??= End();
        }
        if (_failure is not null and not BadNettraceException and not RecordingOverException) ExceptionDispatchInfo.Throw(_failure);
        return _end;
    }

    EventRecordingEnd End()
    {
        var endedBefore = HasEnded;
        var watched = endedBefore ? TimeSpan.FromSeconds((double)Volatile.Read(ref _endedAt) / Stopwatch.Frequency) : _clock.Elapsed;
        var problem = Problem.Length > 0 ? "" : endedBefore ? "the process ended the session by itself, as it does when it exits" : StopSession();
        if (_parse is not null && !WaitFor(ref _parseState, () => SinkProgress, _options.StopPatience)) problem = "the sink of the events did not come to an end";
        Volatile.Write(ref _abandoned, true);
        if (_parse is null) _failure = Summarise();
        if (Problem is { Length: > 0 } own) problem = own;
        var isCut = problem.Length > 0 || _discarded > 0 || !_summary.IsComplete;
        if (_discarded > 0 && problem.Length == 0) problem = $"the memory of {_options.MaximumBytes} bytes was full";
        return new(watched, Bytes, _discarded, _summary.DroppedEvents, isCut, ReaderThreadIds, problem);
    }

    BadNettraceException? Summarise()
    {
        try
        {
            _summary = Read(new NoSink());
            return null;
        }
        catch (BadNettraceException e)
        {
            return e;
        }
    }

    sealed class NoSink : INettraceSink
    {
        public void OnEvent(in NettraceEvent e)
        {
        }
    }

    /// <summary>Asks the runtime to stop and waits for the end of the stream; what went wrong, or nothing.</summary>
    string StopSession()
    {
        IpcConnection? asking = null;
        try
        {
            asking = _port.BeginStop(_session);
            if (WaitFor(ref _drainState, () => Bytes, _options.StopPatience)) return "";
        }
        catch (InstrumentUnavailableException e)
        {
            // Closing the stream ends the session as well.
            _stream.Abort();
            return WaitFor(ref _drainState, () => Bytes, TimeSpan.FromSeconds(1)) && _port.Availability().CanLook != true ? "the process ended" : e.Message;
        }
        finally
        {
            asking?.Dispose();
        }
        _stream.Abort();
        Volatile.Write(ref _abandoned, true);
        WaitFor(ref _drainState, () => Bytes, TimeSpan.FromSeconds(1));
        return $"the runtime did not end the session within {_options.StopPatience.TotalSeconds:0.#} s";
    }

    /// <summary>Waits for a thread's end as long as something moves.</summary>
    static bool WaitFor(ref int state, Func<long> progress, TimeSpan patience)
    {
        var (total, quiet) = (Stopwatch.StartNew(), Stopwatch.StartNew());
        var before = progress();
        while (Volatile.Read(ref state) != Finished)
        {
            if (progress() is var now && now != before)
            {
                before = now;
                quiet.Restart();
            }
            if (quiet.Elapsed > patience || total.Elapsed > s_longestStop) return false;
            Thread.Sleep(1);
        }
        return true;
    }

    /// <summary>Hands out all events, after <see cref="Stop"/>, of a recording without a live sink. May be called more than once.</summary>
    /// <exception cref="BadNettraceException">The stream is damaged.</exception>
    public NettraceSummary Read(INettraceSink sink)
    {
        RequireKept();
        var reader = new NettraceReader(sink, _options.Limits);
        _buffer.CopyTo(reader.Feed);
        return reader.Finish();
    }

    /// <summary>Writes the stream as the runtime wrote it, after <see cref="Stop"/>, of a recording without a live sink: a file that PerfView and dotnet-trace open.</summary>
    public void CopyTo(Stream output)
    {
        ArgumentNullException.ThrowIfNull(output);
        RequireKept();
        _buffer.CopyTo(output.Write);
    }

    void RequireKept()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_parse is not null) throw new InvalidOperationException("The events went to the live sink and were not kept.");
        if (!HasEnded && !Volatile.Read(ref _abandoned)) throw new InvalidOperationException("The recording runs: call Stop first.");
    }

    /// <summary>Ends the session when it still runs, and frees the memory.</summary>
    public void Dispose()
    {
        lock (_stopping)
        {
            if (_disposed) return;
            _end ??= End();
            _disposed = true;
            // A thread that could not be ended may still touch them: then they stay.
            if (_drain.Join(1000)) _stream.Dispose();
            if (!_drain.IsAlive && _parse?.Join(1000) != false) _buffer.Dispose();
        }
    }
}
