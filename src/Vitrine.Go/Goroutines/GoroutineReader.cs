using System.Diagnostics;
using Vitrine.Go.Binary;
using Vitrine.Go.Layouts;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// Reads the goroutines of a running process. Strategy: everything is copied in large batches and nothing is locked or stopped; each goroutine is
/// looked at twice, and only what did not change in between is accepted. Assumptions: allgs only grows and a g is never freed
/// (https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go, allgadd); a parked goroutine's stack is written by nobody but a collector that moves it,
/// which changes the addresses in its g. Known limit: a goroutine that woke up, ran and parked again at the same place with the same stack
/// depth between the two looks cannot be told from one that never woke.
/// </summary>
internal sealed class GoroutineReader
{
    /// <summary>Below this many goroutines a second thread costs more than it brings.</summary>
    private const int ParallelFrom = 3 * BatchReader.Capacity;

    private readonly GoTarget _target;
    private readonly ReadContext _context;
    private readonly AllGoroutines _all;

    public GoroutineReader(GoTarget target)
    {
        _target = target;
        AllGoroutines? all = null;
        WaitReasons? reasons = null;
        // Globals and layouts are found side by side: each takes as long as reading some 10,000 goroutines.
        SideThread globals = SideThread.Start("vitrine globals", () =>
        {
            all = new AllGoroutines(target);
            reasons = FindReasons(target);
        });
        LayoutLadder layouts = target.Binary.Layouts;
        GLayout g;
        MLayout? m;
        WaitLayouts waits;
        int bubbleId;
        try
        {
            g = GLayout.Find(layouts);
            m = MLayout.Find(layouts);
            waits = WaitLayouts.Find(layouts);
            bubbleId = layouts.TryFind("runtime.synctestBubble", out StructLayout? bubble) ? bubble.OffsetOf("id") ?? -1 : -1;
        }
        finally
        {
            globals.Wait();
        }
        globals.Join();

        _all = all!;
        _context = new ReadContext
        {
            Memory = target.Memory,
            Bias = target.Bias,
            Binary = target.Binary,
            G = g,
            M = m,
            Waits = waits,
            Reasons = reasons!,
            BubbleId = bubbleId,
        };
    }

    public GoroutineDump Read(GoroutineDumpOptions options, CancellationToken cancellation)
    {
        DateTimeOffset capturedAt = DateTimeOffset.UtcNow;
        long began = Stopwatch.GetTimestamp();

        // 1. The list of all goroutines that ever existed.
        ulong[] addresses = _all.Read(options.MaxGoroutines);
        long listed = Stopwatch.GetTimestamp();

        // 2. Their structures, stacks and waits, in batches, by one or two threads.
        GoroutineRecord[] rows = new GoroutineRecord[addresses.Length];
        BatchReader[] readers = new BatchReader[addresses.Length < ParallelFrom || Environment.ProcessorCount == 1 ? 1 : 2];
        byte[] readerOfBatch = new byte[(addresses.Length / BatchReader.Capacity) + 1];
        try
        {
            for (int i = 0; i < readers.Length; i++)
                readers[i] = new BatchReader(_context, options);
            ReadBatches(readers, addresses, rows, readerOfBatch, options, cancellation);
        }
        finally
        {
            foreach (BatchReader? reader in readers)
                reader?.Dispose();
        }
        long read = Stopwatch.GetTimestamp();

        // 3. One numbering for what the threads found, and only live rows.
        if (readers.Length > 1)
            ReaderMerge.Into(readers[0], readers[1], rows, readerOfBatch);
        GoroutineConsistency consistency = ConsistencyCount.Compact(rows, options, Stopwatch.GetElapsedTime(listed, read), out int count);

        // 4. What the file descriptors are, when somebody waits for one.
        FileDescriptors? descriptors = options.WithSockets ? FileDescriptors.For(_target.Process, rows.AsSpan(0, count)) : null;

        return new GoroutineDump(rows, count, new GoroutineDumpTables
        {
            Context = _context,
            Process = _target.Process,
            Stacks = readers[0].Stacks,
            Labels = readers[0].Labels,
            Channels = readers[0].Channels,
            Cases = readers[0].Cases,
            Arguments = readers[0].Arguments,
            Descriptors = descriptors,
            // Go's nanotime is CLOCK_MONOTONIC, which all processes of a machine share; a core dump has stopped at a moment nobody recorded.
            Nanotime = _target.Process is null ? null : began,
        })
        {
            CapturedAt = capturedAt,
            Duration = Stopwatch.GetElapsedTime(began),
            Consistency = consistency,
            Notes = Notes(options),
        };
    }

    private static void ReadBatches(BatchReader[] readers, ulong[] addresses, GoroutineRecord[] rows, byte[] readerOfBatch, GoroutineDumpOptions options, CancellationToken cancellation)
    {
        int next = -1;
        long deadline = Stopwatch.GetTimestamp() + (long)(options.TimeLimit.TotalSeconds * Stopwatch.Frequency);

        void Run(int reader)
        {
            int batches = (addresses.Length + BatchReader.Capacity - 1) / BatchReader.Capacity;
            for (int batch = Interlocked.Increment(ref next); batch < batches; batch = Interlocked.Increment(ref next))
            {
                cancellation.ThrowIfCancellationRequested();
                if (Stopwatch.GetTimestamp() > deadline)
                    throw new TimeoutException($"Reading the goroutines took longer than {options.TimeLimit.TotalSeconds:0} s: the process is damaged or hostile, or the machine is overloaded.");
                int start = batch * BatchReader.Capacity;
                int count = Math.Min(BatchReader.Capacity, addresses.Length - start);
                readerOfBatch[batch] = (byte)reader;
                readers[reader].Read(addresses.AsSpan(start, count), rows.AsSpan(start, count));
            }
        }

        if (readers.Length == 1)
        {
            Run(0);
            return;
        }

        SideThread second = SideThread.Start("vitrine goroutines", () => Run(1));
        try
        {
            Run(0);
        }
        finally
        {
            second.Wait();
        }
        second.Join();
    }

    private static WaitReasons FindReasons(GoTarget target) =>
        target.TryGlobal("runtime.waitReasonStrings", out ulong address, out string reason)
            ? WaitReasons.Read(target.Memory, address)
            : WaitReasons.Unknown(reason);

    private List<string> Notes(GoroutineDumpOptions options)
    {
        List<string> notes = [];
        if (_context.Reasons.UnknownBecause is { } reason)
            notes.Add($"Wait reasons are shown as numbers: {reason}.");
        if (options.WithLabels && _context.G.Labels < 0)
            notes.Add("Labels are unknown: this Go version keeps them somewhere else.");
        if (options.WithWaits && _context.Waits.SudogLayout is null)
            notes.Add("What goroutines wait for is unknown: the binary does not describe runtime.sudog.");
        if (options.WithWaits && _context.Waits.PollDescLayout is null)
            notes.Add("Network waits have no file descriptor: the binary does not describe runtime.pollDesc.");
        if (_context.M is null)
            notes.Add("Threads are unknown: the binary does not describe runtime.m.");
        if (_context.G.ParentGoid < 0)
            notes.Add("Parent ids are unknown: Go records them from version 1.21 on.");
        return notes;
    }
}
