using System.Buffers.Binary;
using Vitrine.Linux.Binaries;

namespace Vitrine.Linux.Unwinding;

/// <summary>
/// The call frame information of one binary: for each instruction, where the caller's registers are. Immutable, at link-time addresses, shared by every process that maps the file.
/// <para>
/// Strategy: .eh_frame and .eh_frame_hdr are copied once (bounded); an address is looked up in the header's sorted table; where a binary has none, or one of an unusual kind, a table
/// is made by reading .eh_frame once. Format: Linux Standard Base Core 5, chapters 10.6 and 10.7; DWARF 5, section 6.4.
/// </para>
/// </summary>
public sealed class FrameTable
{
    /// <summary>Bytes of .eh_frame that are taken at most; the largest browsers have some 20 MB.</summary>
    public const int MaximumBytes = 64 << 20;

    /// <summary>Bytes that an entry of the header's table stands for at least: an entry of .eh_frame has its length and a pointer to what it shares with others.</summary>
    const int SmallestEntry = 8;

    /// <summary>Bytes of the header before its table, at most: version and encodings, an address and a count.</summary>
    const int HeaderHead = 20;

    const uint FrameHeaderSegment = 0x6474e550;
    const byte SignedPcRelative4 = 0x1B, DataRelative4 = 0x3B, Omitted = 0xFF;

    readonly byte[] _frames;
    readonly ulong _framesAddress;
    readonly uint[] _starts;     // relative to _base, ascending
    readonly int[] _entries;     // offsets of the entries in _frames
    readonly ulong _base;

    FrameTable(UnwindArchitecture architecture, byte[] frames, ulong framesAddress, byte[]? header, ulong headerAddress)
    {
        Architecture = architecture;
        _frames = frames;
        _framesAddress = framesAddress;
        if (header is not null && TryReadHeader(header, headerAddress, out _starts!, out _entries!))
        {
            // The header counts from its own address; a table needs one order, which the sign would break.
            _base = unchecked(headerAddress - 0x8000_0000);
            HasHeader = true;
            return;
        }
        (_base, _starts, _entries) = Index();
    }

    /// <summary>How registers are numbered.</summary>
    public UnwindArchitecture Architecture { get; }

    /// <summary>True when the binary has a table to search in; else it was made here.</summary>
    public bool HasHeader { get; }

    /// <summary>Functions, or parts of functions, that have rules.</summary>
    public int Count => _entries.Length;

    internal ReadOnlySpan<byte> Bytes => _frames;

    /// <summary>Bytes of memory that the table takes.</summary>
    internal long MemoryBytes => _frames.LongLength + sizeof(uint) * _starts.LongLength + sizeof(int) * _entries.LongLength;

    internal ulong FramesAddress => _framesAddress;

    /// <summary>Reads the tables of a binary; null when it has none.</summary>
    /// <exception cref="BadBinaryException">They are not in the file, or too large.</exception>
    public static FrameTable? Of(ElfFile elf)
    {
        ArgumentNullException.ThrowIfNull(elf);
        UnwindArchitecture architecture;
        switch (elf.Machine)
        {
            case ElfMachine.Amd64: architecture = UnwindArchitecture.X64; break;
            case ElfMachine.Arm64: architecture = UnwindArchitecture.Arm64; break;
            default: return null;
        }
        var segment = elf.Segments.FirstOrDefault(static segment => segment.Type == FrameHeaderSegment);
        if (elf.Section(".eh_frame") is { IsNoBits: false, Size: > 0 and <= MaximumBytes } section)
            return new FrameTable(architecture, elf.Contents(section).ToArray(), section.Address, Header(section.Size), segment?.Address ?? 0);
        // Without section headers: the header leads to the entries, which end where their segment does.
        if (segment is not { FileSize: >= 8 })
            return null;
        var head = elf.Bytes(segment.Offset, Math.Min(segment.FileSize, HeaderHead));
        var reader = new CfiReader(head, 4, head.Length);
        var start = reader.Pointer(head[1], segment.Address, segment.Address);
        if (reader.Failed || elf.Segments.FirstOrDefault(one => one.Type == ElfSegment.Load && one.Contains(start)) is not { } load)
            return null;
        var length = Math.Min(load.FileSize - Math.Min(load.FileSize, start - load.Address), MaximumBytes);
        return elf.TryGetBytesAt(start, length, out var bytes) ? new FrameTable(architecture, bytes.ToArray(), start, Header(length), segment.Address) : null;

        // No more of it than the entries can fill: a file may say that it is large and hold nothing.
        byte[]? Header(ulong frames) => segment is { FileSize: > 0 } ? elf.Bytes(segment.Offset, Math.Min(segment.FileSize, HeaderHead + frames)).ToArray() : null;
    }

    /// <summary>The entry of the function that holds an address.</summary>
    internal bool TryFind(ulong address, out FrameEntry entry)
    {
        entry = default;
        var at = unchecked(address - _base);
        if (at > uint.MaxValue)
            return false;
        var index = Array.BinarySearch(_starts, (uint)at);
        if (index < 0)
            index = ~index - 1;
        return index >= 0 && TryReadEntry(_entries[index], out entry) && address - entry.Start < entry.Size;
    }

    /// <summary>Reads a frame description entry with the common information it refers to.</summary>
    internal bool TryReadEntry(int offset, out FrameEntry entry)
    {
        entry = default;
        if (!TryReadLength(offset, out var at, out var end, out var wide))
            return false;
        var reader = new CfiReader(_frames, at, end);
        var back = wide ? reader.UInt64() : reader.UInt32();
        if (reader.Failed || back == 0 || back > (ulong)at || !TryReadCommon((int)((ulong)at - back), out var common))
            return false;
        var start = reader.Pointer(common.PointerEncoding, _framesAddress, 0);
        var size = reader.Pointer((byte)(common.PointerEncoding & 0xF), _framesAddress, 0);
        if (common.HasAugmentationData)
            reader.Skip(reader.Unsigned());
        if (reader.Failed || size == 0 || size > ulong.MaxValue - start)
            return false;
        entry = new FrameEntry(start, size, common, reader.At, end);
        return true;
    }

    bool TryReadCommon(int offset, out CommonEntry common)
    {
        common = default;
        if (!TryReadLength(offset, out var at, out var end, out var wide))
            return false;
        var reader = new CfiReader(_frames, at, end);
        if ((wide ? reader.UInt64() : reader.UInt32()) != 0)
            return false;
        var version = reader.UInt8();
        if (version is not (1 or 3 or 4))
            return false;
        var textAt = reader.At;
        while (reader.UInt8() != 0)
        {
            if (reader.Failed || reader.At - textAt > 16)
                return false;
        }
        var augmentation = _frames.AsSpan(textAt, reader.At - 1 - textAt);
        if (version == 4 && (reader.UInt8() != 8 || reader.UInt8() != 0))
            return false;
        var codeAlignment = reader.Unsigned();
        var dataAlignment = reader.Signed();
        var returnColumn = version == 1 ? reader.UInt8() : reader.Unsigned();
        var hasData = augmentation.Length > 0 && augmentation[0] == (byte)'z';
        if (augmentation.Length > 0 && !hasData)
            return false;
        byte encoding = 0;
        var isSignalFrame = false;
        if (hasData)
        {
            var (dataAt, dataLength) = reader.Block();
            var data = new CfiReader(_frames, dataAt, dataAt + dataLength);
            foreach (var letter in augmentation[1..])
            {
                switch ((char)letter)
                {
                    case 'R': encoding = data.UInt8(); break;
                    case 'P':
                        var personality = data.UInt8();
                        if (personality != Omitted)
                            data.Pointer((byte)(personality & 0xF), _framesAddress, 0);
                        break;
                    case 'L': data.UInt8(); break;
                    case 'S': isSignalFrame = true; break;
                    case 'B': break;
                    default: return false;
                }
            }
            if (data.Failed)
                return false;
        }
        if (reader.Failed || returnColumn >= (ulong)Architecture.Count || codeAlignment is 0 or > 64 || dataAlignment is 0 or < -64 or > 64)
            return false;
        common = new CommonEntry((uint)codeAlignment, (int)dataAlignment, (int)returnColumn, encoding, hasData, isSignalFrame, reader.At, end);
        return true;
    }

    /// <summary>An entry begins with its length in four bytes, or in eight behind 0xffffffff. A length of zero ends the section.</summary>
    bool TryReadLength(int offset, out int at, out int end, out bool wide)
    {
        (at, end, wide) = (0, 0, false);
        if (offset < 0 || offset > _frames.Length - 4)
            return false;
        ulong length = BinaryPrimitives.ReadUInt32LittleEndian(_frames.AsSpan(offset));
        at = offset + 4;
        if (length == uint.MaxValue)
        {
            if (at > _frames.Length - 8)
                return false;
            length = BinaryPrimitives.ReadUInt64LittleEndian(_frames.AsSpan(at));
            at += 8;
            wide = true;
        }
        if (length == 0 || length > (ulong)(_frames.Length - at))
            return false;
        end = at + (int)length;
        return true;
    }

    /// <summary>.eh_frame_hdr: version 1, three encodings, the address of .eh_frame, a count, and pairs of function and entry.</summary>
    bool TryReadHeader(byte[] header, ulong address, out uint[] starts, out int[] entries)
    {
        starts = [];
        entries = [];
        if (header.Length < 12 || header[0] != 1 || header[3] != DataRelative4 || header[2] == Omitted)
            return false;
        var reader = new CfiReader(header, 4, header.Length);
        reader.Pointer(header[1], address, address);
        var count = reader.Pointer(header[2], address, address);
        if (reader.Failed || count == 0 || count > (ulong)(header.Length - reader.At) / 8 || count > (ulong)_frames.Length / SmallestEntry)
            return false;
        starts = new uint[count];
        entries = new int[count];
        var previous = 0u;
        for (var i = 0; i < starts.Length; i++)
        {
            var start = reader.UInt32() ^ 0x8000_0000;
            var entry = unchecked(address + (ulong)(int)reader.UInt32() - _framesAddress);
            // A table out of order, or one that leads out of the section, is not searched in.
            if (reader.Failed || start < previous || entry >= (ulong)_frames.Length)
                return false;
            starts[i] = previous = start;
            entries[i] = (int)entry;
        }
        return true;
    }

    (ulong Base, uint[] Starts, int[] Entries) Index()
    {
        var found = new List<(ulong Start, int Entry)>();
        // Each entry has at least its length and a pointer, so that the section bounds their number.
        for (var offset = 0; TryReadLength(offset, out _, out var end, out _); offset = end)
        {
            if (TryReadEntry(offset, out var entry))
                found.Add((entry.Start, offset));
        }
        if (found.Count == 0)
            return (0, [], []);
        found.Sort();
        var start = found[0].Start;
        found.RemoveAll(one => one.Start - start > uint.MaxValue);
        return (start, [.. found.Select(one => (uint)(one.Start - start))], [.. found.Select(static one => one.Entry)]);
    }
}

/// <summary>What frame description entries share (CIE).</summary>
readonly record struct CommonEntry(
    uint CodeAlignment, int DataAlignment, int ReturnColumn, byte PointerEncoding, bool HasAugmentationData, bool IsSignalFrame, int ProgramAt, int ProgramEnd);

/// <summary>The rules of one function (FDE): its link-time addresses, and where its instructions are in the section.</summary>
readonly record struct FrameEntry(ulong Start, ulong Size, CommonEntry Common, int ProgramAt, int ProgramEnd);
