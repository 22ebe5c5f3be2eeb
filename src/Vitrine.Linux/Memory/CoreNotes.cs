using System.Buffers.Binary;
using System.Text;
using Vitrine.Linux.Binaries;

namespace Vitrine.Linux.Memory;

/// <summary>What the notes of a core dump say about the process: https://github.com/torvalds/linux/blob/v6.12/fs/binfmt_elf.c (fill_note_info).</summary>
internal sealed class CoreNotes
{
    const uint PrStatus = 1, PrPsInfo = 3, AuxV = 6, NtFile = 0x46494c45;

    // struct elf_prstatus: signal info 12, current signal 2, masks to 32, pid at 32, times, registers at 112, one word behind them.
    const int ThreadIdAt = 32, SignalAt = 12, RegistersAt = 112;

    // struct elf_prpsinfo: pid at 24, file name 16 bytes at 40, arguments 80 bytes at 56.
    const int ProcessIdAt = 24, FileNameAt = 40, ArgumentsAt = 56, PsInfoSize = 136;

    public List<CoreThread> Threads { get; } = [];

    public List<(ulong Start, ulong End, ulong FileOffset, string Path)> Files { get; } = [];

    public byte[] AuxiliaryVector { get; private set; } = [];

    public int ProcessId { get; private set; }

    public string CommandName { get; private set; } = "";

    public string Arguments { get; private set; } = "";

    public static CoreNotes Read(ElfFile core)
    {
        var notes = new CoreNotes();
        foreach (var note in core.Notes)
        {
            if (note.Owner != "CORE")
                continue;
            var bytes = core.Bytes(note.Offset, (ulong)note.Size);
            switch (note.Type)
            {
                case PrStatus:
                    notes.AddThread(core, bytes);
                    break;
                case PrPsInfo when bytes.Length >= PsInfoSize:
                    notes.ProcessId = BinaryPrimitives.ReadInt32LittleEndian(bytes[ProcessIdAt..]);
                    notes.CommandName = Text(bytes.Slice(FileNameAt, 16));
                    notes.Arguments = Text(bytes.Slice(ArgumentsAt, 80)).TrimEnd();
                    break;
                case AuxV:
                    notes.AuxiliaryVector = bytes.ToArray();
                    break;
                case NtFile:
                    notes.AddFiles(core, bytes);
                    break;
            }
        }
        return notes;
    }

    static string Text(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    void AddThread(ElfFile core, ReadOnlySpan<byte> bytes)
    {
        var words = core.Machine == ElfMachine.Arm64 ? 34 : 27;
        if (bytes.Length < RegistersAt + words * 8 || Threads.Count >= core.Limits.MaxThreads)
            return;
        Threads.Add(new CoreThread(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[ThreadIdAt..]),
            BinaryPrimitives.ReadInt16LittleEndian(bytes[SignalAt..]),
            core.Machine,
            bytes.Slice(RegistersAt, words * 8).ToArray()));
    }

    void AddFiles(ElfFile core, ReadOnlySpan<byte> bytes)
    {
        // count, page size, count × (start, end, offset in pages), count zero-terminated paths.
        if (bytes.Length < 16)
            return;
        var count = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var pageSize = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        if (count > (ulong)(bytes.Length - 16) / 24 || count > (ulong)core.Limits.MaxMaps || pageSize is 0 or > 1 << 30)
            throw new BadBinaryException($"{core.Name}: the list of mapped files (note NT_FILE) claims {count} entries with pages of {pageSize} bytes.");
        var names = bytes[(16 + (int)count * 24)..];
        for (var i = 0; i < (int)count; i++)
        {
            var entry = bytes.Slice(16 + i * 24, 24);
            var end = names.IndexOf((byte)0);
            if (end < 0)
                return;
            var path = Encoding.UTF8.GetString(names[..end]);
            names = names[(end + 1)..];
            var (first, last) = (BinaryPrimitives.ReadUInt64LittleEndian(entry), BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]));
            var page = BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]);
            if (first < last && page <= ulong.MaxValue / pageSize)
                Files.Add((first, last, page * pageSize, path));
        }
    }
}
