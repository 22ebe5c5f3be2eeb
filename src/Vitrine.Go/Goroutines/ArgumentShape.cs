using System.Globalization;
using System.Text;
using Vitrine.Go.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// How the arguments of a frame are printed at one program counter: words at offsets from the frame's base, and the punctuation between them.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/traceback.go (printArgs) and .../src/internal/abi/symtab.go (TraceArgs…, FUNCDATA_ArgInfo).
/// </summary>
internal sealed class ArgumentShape
{
    private const int FuncDataArgInfo = 5;
    private const int FuncDataArgLiveInfo = 6;
    private const int PcDataArgLiveIndex = 3;

    private const int FuncDataInlineTree = 3;
    private const int PcDataInlineTreeIndex = 2;

    /// <summary>Deeper inlining than the compiler ever does.</summary>
    private const int MaxInlineDepth = 256;

    // Operations of ArgInfo; every other byte is an offset, followed by a size.
    private const byte EndSequence = 0xff;
    private const byte StartAggregate = 0xfe;
    private const byte EndAggregate = 0xfd;
    private const byte DotDotDot = 0xfc;
    private const byte OffsetTooLarge = 0xfb;

    /// <summary>abi.TraceArgsMaxLen: (5*3+2)*10+1.</summary>
    private const int MaxInfoBytes = 171;

    /// <summary>No arguments are known: prints nothing between the parentheses.</summary>
    private static readonly ArgumentShape Empty = new([], [""]);

    private readonly string[] _literals;

    private ArgumentShape(Slot[] slots, string[] literals)
    {
        Slots = slots;
        _literals = literals;
    }

    /// <summary>The words to read.</summary>
    public Slot[] Slots { get; }

    /// <summary>The shape at a program counter.</summary>
    /// <param name="binary">The binary.</param>
    /// <param name="pc">Link-time address of the instruction (not the return address).</param>
    public static ArgumentShape Of(GoBinary binary, ulong pc)
    {
        if (!binary.Functions.TryFind(pc, out GoFunction function) || !binary.Functions.TryFuncData(function, FuncDataArgInfo, out ulong infoAddress))
            return Empty;
        Span<byte> info = stackalloc byte[MaxInfoBytes];
        info = info[..binary.Memory.Read(infoAddress, info)];
        Liveness liveness = Liveness.Of(binary, function, LivenessPc(binary, function, pc));

        List<Slot> slots = [];
        List<string> literals = [];
        StringBuilder literal = new();
        bool first = true;
        int liveSlot = 0;
        for (int position = 0; position < info.Length && info[position] != EndSequence; position++)
        {
            byte operation = info[position];
            if (operation != EndAggregate && !first)
                literal.Append(", ");
            first = operation == StartAggregate;
            switch (operation)
            {
                case StartAggregate:
                    literal.Append('{');
                    break;
                case EndAggregate:
                    literal.Append('}');
                    break;
                case DotDotDot:
                    literal.Append("...");
                    break;
                case OffsetTooLarge:
                    literal.Append('_');
                    break;
                default:
                    if (++position == info.Length)
                        return Empty;
                    slots.Add(new Slot(operation, info[position], liveness.IsLive(operation, liveSlot)));
                    if (operation >= liveness.StartOffset)
                        liveSlot++;
                    literals.Add(literal.ToString());
                    literal.Clear();
                    break;
            }
        }
        literals.Add(literal.ToString());
        return new ArgumentShape([.. slots], [.. literals]);
    }

    /// <summary>Writes the arguments as the runtime does: hexadecimal, a question mark behind a value that may be stale.</summary>
    public void Format(StringBuilder text, ReadOnlySpan<ulong> values)
    {
        for (int i = 0; i < Slots.Length; i++)
        {
            text.Append(_literals[i]).Append(CultureInfo.InvariantCulture, $"0x{values[i]:x}");
            if (!Slots[i].Live)
                text.Append('?');
        }
        text.Append(_literals[^1]);
    }

    /// <summary>
    /// Where the runtime looks up which slots are live. Before Go 1.21 it took the place of the outermost inlined call instead of the instruction itself
    /// (https://github.com/golang/go/blob/go1.19/src/runtime/traceback.go, gentraceback: tracepc), and its output must be matched.
    /// </summary>
    private static ulong LivenessPc(GoBinary binary, in GoFunction function, ulong pc)
    {
        if (binary.Version.AtLeast(1, 21) || !binary.Functions.TryFuncData(function, FuncDataInlineTree, out ulong tree))
            return pc;
        // inlinedCall: 20 bytes with parentPc at 16; from Go 1.20 on 16 bytes with parentPc at 8.
        (ulong stride, ulong parentPc) = binary.Version.AtLeast(1, 20) ? (16UL, 8UL) : (20UL, 16UL);
        for (int depth = 0; depth < MaxInlineDepth; depth++)
        {
            int index = binary.Functions.PcData(function, PcDataInlineTreeIndex, pc);
            if (index < 0 || !binary.Memory.TryReadUInt32(tree + ((ulong)index * stride) + parentPc, out uint offset))
                break;
            pc = function.Entry + offset;
        }
        return pc;
    }

    /// <param name="Offset">Bytes from the frame's base.</param>
    /// <param name="Size">Size in bytes; the value is cut to it.</param>
    /// <param name="Live">The slot is known to hold the value.</param>
    public readonly record struct Slot(byte Offset, byte Size, bool Live);

    /// <summary>Which spill slots of register arguments hold their values at a program counter.</summary>
    private readonly struct Liveness
    {
        private readonly byte[]? _bits;

        private Liveness(byte startOffset, byte[]? bits)
        {
            StartOffset = startOffset;
            _bits = bits;
        }

        /// <summary>Slots below this offset are always live; 0xff when all are.</summary>
        public byte StartOffset { get; }

        public static Liveness Of(GoBinary binary, in GoFunction function, ulong pc)
        {
            if (!binary.Functions.TryFuncData(function, FuncDataArgLiveInfo, out ulong address)
                || !binary.Memory.TryReadUInt8(address, out byte startOffset))
                return new Liveness(0xff, null);
            int index = binary.Functions.PcData(function, PcDataArgLiveIndex, pc);
            if (index <= 0)
                return new Liveness(startOffset, null);
            byte[] bits = new byte[32];
            int read = binary.Memory.Read(address + (uint)index, bits);
            return new Liveness(startOffset, bits[..read]);
        }

        public bool IsLive(byte offset, int slot) =>
            _bits is null || offset < StartOffset || (slot / 8 < _bits.Length && (_bits[slot / 8] & (1 << (slot % 8))) != 0);
    }
}
