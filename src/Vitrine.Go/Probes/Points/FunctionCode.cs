using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Vitrine.Go.Binary;
using Vitrine.Linux.Binaries;

namespace Vitrine.Go.Probes.Points;

/// <summary>
/// The machine code of one function, decoded from its entry to its end. A probe in the middle of an instruction would corrupt the program, so a
/// function is refused as a whole when a byte of it is no instruction or a jump leads between two instructions: then what was decoded is not what runs.
/// </summary>
sealed class FunctionCode
{
    readonly GoBinary binary;
    readonly ICodeDecoder decoder;
    readonly byte[] bytes;
    readonly ElfSegment segment;
    readonly List<CodeInstruction> instructions;

    FunctionCode(GoBinary binary, GoFunction function, ICodeDecoder decoder, byte[] bytes, ElfSegment segment, List<CodeInstruction> instructions)
    {
        this.binary = binary;
        this.decoder = decoder;
        this.bytes = bytes;
        this.segment = segment;
        this.instructions = instructions;
        Function = function;
    }

    public GoFunction Function { get; }

    public IReadOnlyList<CodeInstruction> Instructions => instructions;

    /// <summary>Some jump's target is computed: a jump table, or a jump out of the function.</summary>
    public bool HasIndirectJumps { get; private init; }

    /// <summary>Reads and decodes; the reason says why not.</summary>
    public static bool TryDecode(GoBinary binary, GoFunction function, [NotNullWhen(true)] out FunctionCode? code, out string reason)
    {
        code = null;
        var length = function.End > function.Entry ? function.End - function.Entry : 0;
        if (length is 0 or > ProbePointLimits.MaxFunctionBytes)
        {
            reason = string.Create(CultureInfo.InvariantCulture, $"no safe point: the function has {length} bytes of code");
            return false;
        }
        var segment = binary.Elf.Segments.FirstOrDefault(s => s.Type == ElfSegment.Load && (s.Flags & 1) != 0
            && function.Entry >= s.Address && function.Entry - s.Address < s.FileSize && s.FileSize - (function.Entry - s.Address) >= length);
        var bytes = new byte[(int)length];
        if (segment is null || binary.Memory.Read(function.Entry, bytes) != bytes.Length)
        {
            reason = "no safe point: its code is not in an executable segment of the file";
            return false;
        }
        ICodeDecoder decoder = binary.Machine == GoArchitecture.Arm64 ? new Arm64CodeDecoder() : new X64CodeDecoder();
        var instructions = new List<CodeInstruction>(bytes.Length / 4);
        if (!decoder.TryDecode(bytes, function.Entry, instructions))
        {
            reason = "no safe point: its code cannot be decoded";
            return false;
        }
        var decoded = new FunctionCode(binary, function, decoder, bytes, segment, instructions)
        {
            HasIndirectJumps = instructions.Any(i => i.Flow == CodeFlow.IndirectJump),
        };
        if (instructions.Any(i => i.IsDirectJump && decoded.Contains(i.Target) && decoded.IndexOf(i.Target) < 0))
        {
            reason = "no safe point: a jump leads between two decoded instructions";
            return false;
        }
        code = decoded;
        reason = "";
        return true;
    }

    /// <summary>Index of the instruction at exactly that address; -1 when there is none.</summary>
    public int IndexOf(ulong address)
    {
        int low = 0, high = instructions.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (instructions[middle].Address < address)
                low = middle + 1;
            else
                high = middle;
        }
        return low < instructions.Count && instructions[low].Address == address ? low : -1;
    }

    public bool Contains(ulong address) => address >= Function.Entry && address < Function.End;

    public bool Clobbers(CodeInstruction instruction) => decoder.Clobbers(BytesOf(instruction), instruction.Address);

    /// <summary>True when the instruction moves SP, so that nothing before it can be jumped to from behind it.</summary>
    public bool MakesFrame(CodeInstruction instruction) =>
        binary.Functions.SpDelta(Function, instruction.Address) is var before and >= 0
        && binary.Functions.SpDelta(Function, instruction.Address + instruction.Length) > before;

    /// <summary>
    /// True when the way from <paramref name="address"/> on leads straight into <c>runtime.morestack</c>: registers are saved, the call, and behind
    /// it the function starts anew.
    /// </summary>
    public bool LeadsToMoreStack(ulong address)
    {
        var index = IndexOf(address);
        for (var step = 0; index >= 0 && index < instructions.Count && step < ProbePointLimits.MaxSteps; step++, index++)
        {
            var instruction = instructions[index];
            if (instruction.Flow == CodeFlow.Call)
                return IsMoreStack(instruction.Target);
            if (instruction.Flow != CodeFlow.Next)
                return false;
        }
        return false;
    }

    /// <summary>Direct jumps of the function, without those that start it anew after its stack has grown.</summary>
    public IEnumerable<CodeInstruction> Jumps()
    {
        var grown = false;
        foreach (var instruction in instructions)
        {
            if (instruction.IsDirectJump && !(grown && instruction.Flow == CodeFlow.Jump))
                yield return instruction;
            grown = instruction.Flow switch
            {
                CodeFlow.Next => grown,
                CodeFlow.Call => IsMoreStack(instruction.Target),
                _ => false,
            };
        }
    }

    /// <summary>The probe point on an instruction.</summary>
    public ProbePoint Point(CodeInstruction instruction) => new(
        instruction.Address,
        instruction.Address - segment.Address + segment.Offset,
        instruction.Treatment == KernelTreatment.Emulates ? ProbeMechanism.Emulated : ProbeMechanism.SingleStepped,
        decoder.Text(BytesOf(instruction), instruction.Address))
    {
        SpDelta = binary.Functions.SpDelta(Function, instruction.Address),
    };

    ReadOnlySpan<byte> BytesOf(CodeInstruction instruction) => bytes.AsSpan((int)(instruction.Address - Function.Entry), instruction.Length);

    bool IsMoreStack(ulong target) =>
        binary.Functions.TryFind(target, out var callee) && callee.Entry == target && callee.Name.StartsWith("runtime.morestack", StringComparison.Ordinal);
}
