using System.Diagnostics;
using System.Runtime.InteropServices;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Calibration;

/// <summary>
/// What one hit of a user probe costs on this machine before its program does anything. It differs by a factor of thirty between machines (virtual
/// machines pay dearly for traps), so it is measured: Vitrine probes a function of its own, a few thousand times, in a few milliseconds.
/// </summary>
/// <param name="EmulatedNs">A hit on an instruction that the kernel emulates, in nanoseconds.</param>
/// <param name="SingleSteppedNs">A hit on one that it must execute elsewhere, step by step.</param>
public sealed record TrapCost(double EmulatedNs, double SingleSteppedNs)
{
    const int Rounds = 7;
    const int EmulatedCalls = 300;
    const int SingleSteppedCalls = 40;

    static readonly Lazy<TrapCost> s_measured = new(Measure);

    /// <summary>Measured once per run of the program.</summary>
    /// <exception cref="KernelRefusalException">No probe can be attached.</exception>
    public static TrapCost OfThisMachine => s_measured.Value;

    static TrapCost Measure()
    {
        using var program = BpfObject.Open(BpfResources.Read("calibration"), "calibration");
        program.Load();
        using var code = CallableCode.Create(CodeWithProbePoints());
        return new TrapCost(
            Cost(program.Program("nothing"), code, EmulatedFunction, EmulatedCalls),
            Cost(program.Program("nothing"), code, SingleSteppedFunction, SingleSteppedCalls));
    }

    const int EmulatedFunction = 0;
    const int SingleSteppedFunction = 64;

    // Two functions that do nothing, each with the instruction to be probed first.
    static byte[] CodeWithProbePoints()
    {
        var code = new byte[128];
        if (RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
        {
            WriteWords(code, EmulatedFunction, 0x14000001, 0xd65f03c0); // b .+4; ret
            WriteWords(code, SingleSteppedFunction, 0xaa0003e0, 0xd65f03c0); // mov x0, x0; ret
        }
        else
        {
            ((ReadOnlySpan<byte>)[0x55, 0x5d, 0xc3]).CopyTo(code.AsSpan(EmulatedFunction)); // push rbp; pop rbp; ret
            ((ReadOnlySpan<byte>)[0xc3]).CopyTo(code.AsSpan(SingleSteppedFunction)); // ret
        }
        return code;
    }

    static void WriteWords(byte[] code, int at, params ReadOnlySpan<uint> words) => MemoryMarshal.AsBytes(words).CopyTo(code.AsSpan(at));

    static double Cost(BpfProgram program, CallableCode code, int function, int calls)
    {
        code.Call(function, calls);
        var bare = Median(code, function, calls);
        var links = program.AttachUprobes(Environment.ProcessId, code.Path, [((ulong)function, 0)]);
        try
        {
            code.Call(function, calls);
            return Math.Max(0, Median(code, function, calls) - bare);
        }
        finally
        {
            ProbeLink.DisposeAll(links);
        }
    }

    static double Median(CallableCode code, int function, int calls)
    {
        Span<double> rounds = stackalloc double[Rounds];
        foreach (ref var round in rounds)
        {
            var start = Stopwatch.GetTimestamp();
            code.Call(function, calls);
            round = Stopwatch.GetElapsedTime(start).TotalNanoseconds / calls;
        }
        rounds.Sort();
        return rounds[Rounds / 2];
    }
}
