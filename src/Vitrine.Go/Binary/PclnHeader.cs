using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Vitrine.Go.Binary;

/// <summary>
/// The header of <c>.gopclntab</c> (<c>runtime.pcHeader</c>), checked. The layout is the same from Go 1.18 on; the magic tells whether function
/// records carry the start line (1.20+). Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/symtab.go (pcHeader).
/// </summary>
sealed class PclnHeader
{
    /// <summary>Bytes of the header.</summary>
    public const int Size = 72;

    /// <summary>Magic of Go 1.18 and 1.19.</summary>
    public const uint Magic118 = 0xfffffff0;

    /// <summary>Magic of Go 1.20 and later.</summary>
    public const uint Magic120 = 0xfffffff1;

    PclnHeader()
    {
    }

    public required uint Magic { get; init; }

    /// <summary>Instruction quantum in bytes: 1 on amd64, 4 on arm64. Program counter deltas are stored in it.</summary>
    public required int Quantum { get; init; }

    public required int FunctionCount { get; init; }

    /// <summary>Base of offsets as recorded; 0 from Go 1.26 on and unrelocated in a PIE: use <see cref="ModuleData.Text"/>.</summary>
    public required ulong TextStart { get; init; }

    public required int Names { get; init; }

    public required int CompileUnits { get; init; }

    public required int Files { get; init; }

    public required int PcTables { get; init; }

    public required int Functions { get; init; }

    /// <summary>Function records carry the line of the <c>func</c> keyword, inline records are the short form.</summary>
    public bool HasStartLines => Magic != Magic118;

    /// <summary>Reads a header; <paramref name="table"/> goes from the header to the end of the section or segment. The reason says what is wrong.</summary>
    public static bool TryParse(ReadOnlySpan<byte> table, [NotNullWhen(true)] out PclnHeader? header, out string reason)
    {
        header = null;
        if (table.Length < Size)
        {
            reason = $"only {table.Length} bytes";
            return false;
        }
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(table);
        if (magic is not (Magic118 or Magic120))
        {
            reason = magic is 0xfffffffb or 0xfffffffa
                ? "it has the format of Go 1.17 or older; rebuild the program with Go 1.18 or newer"
                : $"unknown magic 0x{magic:x8}; a newer vitrine may know it";
            return false;
        }
        int quantum = table[6], pointerSize = table[7];
        if (table[4] != 0 || table[5] != 0 || quantum is not (1 or 2 or 4) || pointerSize != 8)
        {
            reason = $"instruction quantum {quantum}, pointer size {pointerSize} (64-bit little-endian binaries are supported)";
            return false;
        }
        var functions = BinaryPrimitives.ReadUInt64LittleEndian(table[8..]);
        Span<int> offsets = stackalloc int[5];
        for (var i = 0; i < 5; i++)
        {
            var offset = BinaryPrimitives.ReadUInt64LittleEndian(table[(32 + 8 * i)..]);
            if (offset < Size || offset >= (ulong)table.Length || (i > 0 && offset < (ulong)offsets[i - 1]))
            {
                reason = $"table offset {i} is 0x{offset:x}, of 0x{table.Length:x} bytes";
                return false;
            }
            offsets[i] = (int)offset;
        }
        // The functab: (entry, record) pairs of 32 bits and one more entry, the end of the last function.
        if (functions is 0 or > GoBinaryLimits.MaxFunctions || functions * 8 + 4 > (ulong)(table.Length - offsets[4]))
        {
            reason = $"{functions} functions do not fit into it";
            return false;
        }
        reason = "";
        header = new PclnHeader
        {
            Magic = magic,
            Quantum = quantum,
            FunctionCount = (int)functions,
            TextStart = BinaryPrimitives.ReadUInt64LittleEndian(table[24..]),
            Names = offsets[0],
            CompileUnits = offsets[1],
            Files = offsets[2],
            PcTables = offsets[3],
            Functions = offsets[4],
        };
        return true;
    }
}
