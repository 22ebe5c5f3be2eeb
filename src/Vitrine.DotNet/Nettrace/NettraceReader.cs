using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Vitrine.DotNet.Nettrace;

/// <summary>
/// Reads what the runtime's EventPipe writes, in the format "Nettrace" version 4, which .NET 5 to 10 write
/// (https://github.com/microsoft/perfview/blob/main/src/TraceEvent/EventPipe/NetTraceFormat_v5.md). It takes the bytes as they come, in pieces of any size, and holds no more than
/// <see cref="NettraceLimits"/> allow, so that a session of hours needs no more memory than one of seconds.
/// </summary>
/// <remarks>
/// The runtime writes each thread's events in their order, one thread after another. They are handed out in the order of their times over all threads: an event waits until the stream says
/// that no earlier one can come (an event marked as sorted, or a sequence point). Not safe for several threads.
/// </remarks>
public sealed class NettraceReader
{
    const int BeginObject = 5, EndObject = 6, NullReference = 1;
    const int SupportedVersion = 4;

    // The longest name of an object that is known has 13 characters.
    const int LongestObjectName = 64;

    // What the next bytes are. Each step asks for an exact number of bytes and is called when they are there.
    enum Step { Magic, FormatNameLength, Version, FormatName, Tag, ObjectBegin, ObjectVersions, ObjectName, Trace, BlockSize, Block, ObjectEnd, Ended }

    sealed class Block(byte[] bytes)
    {
        public byte[] Bytes { get; } = bytes;
        public int Waiting { get; set; }
    }

    readonly INettraceSink _sink;
    readonly NettraceLimits _limits;
    readonly byte[] _small = new byte[128];
    readonly Dictionary<int, NettraceDefinition> _definitions = [];
    readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    readonly Dictionary<long, HeldQueue> _threads = [];
    readonly PriorityQueue<HeldQueue, long> _waiting = new();
    readonly List<Block?> _blocks = [];
    readonly Stack<int> _freeBlocks = [];
    readonly StackTable _stacks;

    Step _step = Step.Magic;
    byte[]? _large;
    int _have, _need = 8, _padding;
    long _position, _heldBytes, _events, _dropped, _disordered, _latest = long.MinValue, _nameBytes;
    int _filling = -1, _heldEvents, _points, _objectVersion, _objectMinimumVersion;
    string _objectName = "";
    NettraceClock? _clock;
    bool _finished;

    /// <summary>A reader at the beginning of a stream.</summary>
    /// <param name="sink">Gets the events.</param>
    /// <param name="limits">What is accepted; null for the usual limits.</param>
    public NettraceReader(INettraceSink sink, NettraceLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _sink = sink;
        _limits = limits ?? NettraceLimits.Default;
        _stacks = new(_limits.MaximumStackBytes);
    }

    /// <summary>The process's clock; null before the stream's first object was read.</summary>
    public NettraceClock? Clock => _clock;

    /// <summary>Events that were handed out so far; any thread may ask.</summary>
    internal long Events => Volatile.Read(ref _events);

    /// <summary>Whether the stream's end was read; bytes after it are ignored.</summary>
    public bool HasEnded => _step == Step.Ended;

    /// <summary>Reads a whole stream.</summary>
    /// <exception cref="BadNettraceException">The stream is not one of events, or damaged. A stream that is cut off is no error: see <see cref="NettraceSummary.IsComplete"/>.</exception>
    public static NettraceSummary Read(Stream stream, INettraceSink sink, NettraceLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var reader = new NettraceReader(sink, limits);
        var buffer = new byte[64 << 10];
        while (!reader.HasEnded && stream.Read(buffer) is > 0 and var got)
            reader.Feed(buffer.AsSpan(0, got));
        return reader.Finish();
    }

    /// <summary>Takes the next bytes of the stream; events that are due are handed out during the call.</summary>
    /// <exception cref="BadNettraceException">The stream is damaged; the reader cannot go on.</exception>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        while (_step != Step.Ended)
        {
            var wanted = _padding > 0 ? _padding : _need - _have;
            if (wanted > 0)
            {
                if (bytes.IsEmpty) return;
                var taken = Math.Min(wanted, bytes.Length);
                _position += taken;
                if (_padding > 0)
                {
                    _padding -= taken;
                }
                else
                {
                    bytes[..taken].CopyTo((_large ?? _small).AsSpan(_have));
                    _have += taken;
                }
                bytes = bytes[taken..];
                if (taken < wanted) return;
                if (_have < _need) continue; // the padding is over
            }
            Advance();
        }
    }

    /// <summary>Hands out what waits for its turn, for a caller that knows that nothing earlier can come. An event that comes nevertheless is counted in <see cref="NettraceSummary.DisorderedEvents"/>.</summary>
    public void HandOutAll() => Release(long.MaxValue);

    /// <summary>Ends the reading: what waits is handed out, then <see cref="INettraceSink.OnEnd"/> is called.</summary>
    public NettraceSummary Finish()
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        _finished = true;
        Release(long.MaxValue);
        return End(HasEnded);
    }

    /// <summary>Ends a reading that has failed: nothing more is handed out, and <see cref="INettraceSink.OnEnd"/> is called.</summary>
    internal void Abandon()
    {
        if (_finished) return;
        _finished = true;
        End(isComplete: false);
    }

    NettraceSummary End(bool isComplete)
    {
        var summary = new NettraceSummary(_events, _dropped, _disordered, _position, isComplete);
        _sink.OnEnd(summary);
        return summary;
    }

    void Expect(Step step, int need)
    {
        (_step, _need, _have, _large) = (step, need, 0, null);
    }

    void Advance()
    {
        var bytes = _small.AsSpan(0, Math.Min(_need, _small.Length));
        switch (_step)
        {
            case Step.Magic:
                if (!bytes.SequenceEqual("Nettrace"u8)) throw new BadNettraceException("This is not a stream of events: it does not begin with \"Nettrace\".");
                Expect(Step.FormatNameLength, 4);
                break;
            case Step.FormatNameLength:
                // From version 6 on a zero and the version come here.
                var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
                if (length == 0) Expect(Step.Version, 4);
                else if (length != "!FastSerialization.1".Length) throw Damaged("its header is of an unknown kind");
                else Expect(Step.FormatName, length);
                break;
            case Step.Version:
                throw Unsupported(BinaryPrimitives.ReadInt32LittleEndian(bytes));
            case Step.FormatName:
                if (!bytes.SequenceEqual("!FastSerialization.1"u8)) throw Damaged("its header is of an unknown kind");
                Expect(Step.Tag, 1);
                break;
            case Step.Tag:
                if (bytes[0] == NullReference) _step = Step.Ended;
                else if (bytes[0] == BeginObject) Expect(Step.ObjectBegin, 2);
                else throw Damaged($"an object begins with {bytes[0]}");
                break;
            case Step.ObjectBegin:
                if (bytes[0] != BeginObject || bytes[1] != NullReference) throw Damaged("an object has no type");
                Expect(Step.ObjectVersions, 12);
                break;
            case Step.ObjectVersions:
                _objectVersion = BinaryPrimitives.ReadInt32LittleEndian(bytes);
                _objectMinimumVersion = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
                var nameLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
                if (nameLength is < 1 or > LongestObjectName) throw Damaged($"the name of an object has {nameLength} bytes");
                Expect(Step.ObjectName, nameLength + 1);
                break;
            case Step.ObjectName:
                if (bytes[^1] != EndObject) throw Damaged("the type of an object has no end");
                BeginOf(Encoding.ASCII.GetString(bytes[..^1]));
                break;
            case Step.Trace:
                ReadTrace(bytes);
                Expect(Step.ObjectEnd, 1);
                break;
            case Step.BlockSize:
                var size = BinaryPrimitives.ReadInt32LittleEndian(bytes);
                if (size < 0 || size > _limits.MaximumBlockBytes)
                    throw Damaged($"a block has {size} bytes, and at most {_limits.MaximumBlockBytes} are accepted (NettraceLimits.MaximumBlockBytes)");
                Expect(Step.Block, size);
                _large = ArrayPool<byte>.Shared.Rent(Math.Max(size, 1));
                _padding = (int)(-_position & 3);
                break;
            case Step.Block:
                var (block, used) = (_large!, _need);
                Expect(Step.ObjectEnd, 1);
                ReadBlock(block, used);
                break;
            case Step.ObjectEnd:
                if (bytes[0] != EndObject) throw Damaged($"an object ends with {bytes[0]}");
                Expect(Step.Tag, 1);
                break;
        }
    }

    void BeginOf(string name)
    {
        _objectName = name;
        switch (name)
        {
            case "Trace":
                if (_objectMinimumVersion > SupportedVersion || _objectVersion < SupportedVersion) throw Unsupported(_objectVersion);
                if (_clock is not null) throw Damaged("it begins twice");
                Expect(Step.Trace, 48);
                break;
            case "EventBlock" or "MetadataBlock" or "StackBlock" or "SPBlock":
                if (_clock is null) throw Damaged("a block comes before the description of the trace");
                if (_objectMinimumVersion > 2) throw Unsupported(_objectMinimumVersion);
                Expect(Step.BlockSize, 4);
                break;
            default:
                // Its length is not known, so it cannot be left out.
                throw Damaged($"it has an object of the unknown kind '{new string([.. name.Where(char.IsAsciiLetterOrDigit)])}'");
        }
    }

    void ReadTrace(ReadOnlySpan<byte> bytes)
    {
        var reader = new PayloadReader(bytes);
        int year = reader.ReadUInt16(), month = reader.ReadUInt16();
        reader.Skip(2); // day of the week
        int day = reader.ReadUInt16(), hour = reader.ReadUInt16(), minute = reader.ReadUInt16(), second = reader.ReadUInt16(), millisecond = reader.ReadUInt16();
        var ticks = reader.ReadInt64();
        var frequency = reader.ReadInt64();
        int pointerSize = reader.ReadInt32(), pid = reader.ReadInt32(), processors = reader.ReadInt32();
        if (frequency <= 0 || pointerSize is not (4 or 8)) throw Damaged($"its clock has a frequency of {frequency}, its pointers have {pointerSize} bytes");
        DateTimeOffset start;
        try
        {
            start = new(year, month, day, hour, minute, second, millisecond, TimeSpan.Zero);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Damaged("its date is none");
        }
        _clock = new(start, ticks, frequency, pointerSize, pid, processors);
    }

    void ReadBlock(byte[] rented, int length)
    {
        if (_objectName == "EventBlock")
        {
            ReadEvents(rented, length);
        }
        else
        {
            var bytes = rented.AsSpan(0, length);
            if (_objectName == "StackBlock") _stacks.Add(bytes, _clock!.PointerSize);
            else if (_objectName == "SPBlock") ReadSequencePoint(bytes);
            else ReadDefinitions(bytes);
            ArrayPool<byte>.Shared.Return(rented);
        }
        if (_heldBytes > _limits.MaximumHeldBytes || _heldEvents > _limits.MaximumHeldEvents)
            Release(long.MaxValue);
    }

    // Header: its own size, flags (1 = compressed event headers), least and greatest time.
    static (int At, bool IsCompressed) BlockHeader(ReadOnlySpan<byte> block)
    {
        if (block.Length < 4) throw new BadNettraceException("A block is shorter than its header.");
        int size = BinaryPrimitives.ReadUInt16LittleEndian(block);
        if (size < 4 || size > block.Length) throw new BadNettraceException($"The header of a block has {size} bytes, the block {block.Length}.");
        return (size, (BinaryPrimitives.ReadUInt16LittleEndian(block[2..]) & 1) != 0);
    }

    static ReadOnlySpan<byte> NextEvent(ReadOnlySpan<byte> block, bool isCompressed, ref EventHeader header, ref int at, out int payloadAt)
    {
        if (isCompressed) header.ReadCompressed(block, ref at);
        else header.ReadPlain(block, ref at);
        payloadAt = at;
        if (header.PayloadLength < 0 || header.PayloadLength > block.Length - at)
            throw new BadNettraceException($"An event of {header.PayloadLength} bytes goes beyond its block.");
        at += header.PayloadLength;
        if (!isCompressed) at = Math.Min((at + 3) & ~3, block.Length);
        return block.Slice(payloadAt, header.PayloadLength);
    }

    void ReadDefinitions(ReadOnlySpan<byte> block)
    {
        var (at, isCompressed) = BlockHeader(block);
        var header = default(EventHeader);
        while (at < block.Length)
        {
            var reader = new PayloadReader(NextEvent(block, isCompressed, ref header, ref at, out _));
            var id = reader.ReadInt32();
            var provider = Name(reader.ReadUtf16());
            var number = reader.ReadInt32();
            var name = Name(reader.ReadUtf16());
            var keywords = reader.ReadUInt64();
            var version = reader.ReadInt32();
            var level = reader.ReadInt32();
            if (_definitions.Count >= _limits.MaximumDefinitions)
                throw Damaged($"it describes more than {_limits.MaximumDefinitions} kinds of events (NettraceLimits.MaximumDefinitions)");
            _definitions[id] = new(provider, number, version, name, keywords, level);
        }
    }

    // The same few names come again and again.
    string Name(ReadOnlySpan<char> characters)
    {
        var known = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(characters, out var name)) return name;
        _nameBytes += characters.Length * sizeof(char) + 64L;
        if (_nameBytes > _limits.MaximumNameBytes) throw Damaged($"its names take more than {_limits.MaximumNameBytes} bytes (NettraceLimits.MaximumNameBytes)");
        name = characters.ToString();
        _names.Add(name, name);
        return name;
    }

    void ReadEvents(byte[] rented, int length)
    {
        ReadOnlySpan<byte> block = rented.AsSpan(0, length);
        var (at, isCompressed) = BlockHeader(block);
        var slot = Hold(rented);
        var header = default(EventHeader);
        while (at < block.Length)
        {
            NextEvent(block, isCompressed, ref header, ref at, out var payloadAt);
            if (!_definitions.ContainsKey(header.DefinitionId)) throw Damaged($"an event is of the kind {header.DefinitionId}, which was not described");
            // No event with an earlier time can follow one that is marked so.
            if (header.IsSorted) Release(header.Ticks);
            var queue = CountOf(header.CaptureThreadId, header.Sequence, out var lost);
            _blocks[slot]!.Waiting++;
            queue.Add(new HeldEvent
            {
                Ticks = header.Ticks,
                ThreadId = header.ThreadId,
                CaptureThreadId = header.CaptureThreadId,
                Processor = header.Processor,
                StackId = header.StackId,
                DefinitionId = header.DefinitionId,
                Block = slot,
                PayloadAt = payloadAt,
                PayloadLength = header.PayloadLength,
                LostBefore = lost,
                ActivityId = header.ActivityId,
            });
            _heldEvents++;
            if (queue.Count == 1) _waiting.Enqueue(queue, header.Ticks);
        }
        _filling = -1;
        FreeIfOut(slot); // all of its events may be out already
    }

    HeldQueue CountOf(long thread, uint sequence, out int lost)
    {
        var queue = ThreadOf(thread);
        var missing = (int)(sequence - queue.LastSequence - 1);
        // Backwards: another thread has the number of one that ended. Its numbers begin with 1.
        lost = missing >= 0 ? missing : Math.Max(0, (int)(sequence - 1));
        _dropped += lost;
        queue.LastSequence = sequence;
        queue.SeenAtPoint = _points;
        return queue;
    }

    // A thread's numbers begin with 1 in each session, so one that was not seen yet is at 0.
    HeldQueue ThreadOf(long thread)
    {
        if (_threads.TryGetValue(thread, out var queue)) return queue;
        if (_threads.Count >= _limits.MaximumThreads) throw Damaged($"it names more than {_limits.MaximumThreads} threads (NettraceLimits.MaximumThreads)");
        queue = new();
        _threads.Add(thread, queue);
        return queue;
    }

    int Hold(byte[] rented)
    {
        _heldBytes += rented.Length;
        if (!_freeBlocks.TryPop(out _filling))
        {
            _filling = _blocks.Count;
            _blocks.Add(null);
        }
        _blocks[_filling] = new(rented);
        return _filling;
    }

    void FreeIfOut(int slot)
    {
        // A block that is still being read stays, though its first events may be out.
        if (_filling == slot || _blocks[slot] is not { Waiting: 0 } block) return;
        _blocks[slot] = null;
        _freeBlocks.Push(slot);
        _heldBytes -= block.Bytes.Length;
        ArrayPool<byte>.Shared.Return(block.Bytes);
    }

    void ReadSequencePoint(ReadOnlySpan<byte> block)
    {
        // All that was before it is in the stream; what comes later has later times, and stacks of its own.
        Release(long.MaxValue);
        _stacks.Clear();
        _points++;
        var reader = new PayloadReader(block);
        reader.Skip(8); // its time
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var thread = reader.ReadInt64();
            var sequence = reader.ReadUInt32();
            // The thread tried to write events up to this number. Those that did not come were dropped.
            var queue = ThreadOf(thread);
            var lost = Math.Max(0, (int)(sequence - queue.LastSequence));
            _dropped += lost;
            if (lost > 0) _sink.OnLost(thread, lost);
            queue.LastSequence = sequence;
            queue.SeenAtPoint = _points;
        }
        // Threads that the point does not name have ended.
        foreach (var (thread, queue) in _threads)
            if (queue.SeenAtPoint != _points)
                _threads.Remove(thread);
    }

    /// <summary>Hands out what is earlier than a time, oldest first.</summary>
    void Release(long before)
    {
        while (_waiting.TryPeek(out var queue, out var oldest) && (oldest < before || before == long.MaxValue))
        {
            _waiting.Dequeue();
            // As long as no other thread has an older one, this one's follow without looking again.
            var next = _waiting.TryPeek(out _, out var other) ? other : long.MaxValue;
            do
                HandOut(queue.Take());
            while (queue.Count > 0 && queue.Head.Ticks <= next && (queue.Head.Ticks < before || before == long.MaxValue));
            if (queue.Count > 0) _waiting.Enqueue(queue, queue.Head.Ticks);
        }
    }

    void HandOut(in HeldEvent held)
    {
        _heldEvents--;
        Volatile.Write(ref _events, _events + 1);
        if (held.Ticks < _latest) _disordered++;
        else _latest = held.Ticks;
        var block = _blocks[held.Block]!;
        try
        {
            if (held.LostBefore > 0) _sink.OnLost(held.CaptureThreadId, held.LostBefore);
            var payload = block.Bytes.AsSpan(held.PayloadAt, held.PayloadLength);
            _sink.OnEvent(new NettraceEvent(_definitions[held.DefinitionId], _clock!, held, payload, held.StackId == 0 ? default : _stacks[held.StackId]));
        }
        finally
        {
            block.Waiting--;
            FreeIfOut(held.Block);
        }
    }

    static BadNettraceException Damaged(string how) => new($"The stream of events is damaged or of an unknown kind: {how}.");

    static BadNettraceException Unsupported(int version) =>
        new($"The stream of events has the format version {version}; version {SupportedVersion} (.NET 5 to 10) is what can be read.");
}
