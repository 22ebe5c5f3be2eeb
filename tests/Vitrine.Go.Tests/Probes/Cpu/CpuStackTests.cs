using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Cpu;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Cpu;

public sealed class CpuStackTests
{
    static readonly Lazy<GoBinary> s_binary = new(() => GoBinary.Open(ElfFile.Open(GoFixture.Build(GoToolchain.Newest, GoFlavour.Plain, "loops").Path)));

    static GoBinary Binary => s_binary.Value;

    [Fact]
    public void Resolve_FunctionWithoutFrame_PutsItsCallerIn()
    {
        var mix = Function("main.mix");
        var spin = Function("main.spin");
        var run = Function("main.(*worker).run");
        var inSpin = ReturnAddressIn(spin);
        var callerDelta = Binary.Functions.SpDelta(spin, inSpin - 1);
        // On entry of mix the frame pointer is still that of spin.
        var place = new CpuPlace { Ip = mix.Entry, Top0 = inSpin, FrameDelta = callerDelta, Scanned = -1, Crossed = CpuPlace.NotCrossed };

        Assert.Equal([mix.Entry, inSpin - 1, ReturnAddressIn(run) - 1], Resolve(place, ReturnAddressIn(run)));
    }

    [Fact]
    public void Resolve_FramePointerOfAnotherFrame_SaysThatACallerIsMissing()
    {
        var mix = Function("main.mix");
        var run = Function("main.(*worker).run");
        var place = new CpuPlace { Ip = mix.Entry, Top0 = 0, FrameDelta = 4000, Scanned = -1, Crossed = CpuPlace.NotCrossed };

        Assert.Equal([mix.Entry, CpuStack.Unknown, ReturnAddressIn(run) - 1], Resolve(place, ReturnAddressIn(run)));
    }

    [Fact]
    public void Resolve_SchedulerOnTheSystemStack_LeavesTheGoroutineOut()
    {
        var schedule = Function("runtime.schedule");
        var park = Function("runtime.park_m");
        var mcall = Function("runtime.mcall");
        var run = Function("main.(*worker).run");
        var established = schedule.Entry + 64;
        var place = new CpuPlace
        {
            Ip = established,
            FrameDelta = Binary.Functions.SpDelta(schedule, established) - 8,
            Scanned = -1,
            Flags = CpuFlags.OnSystemStack,
            Crossed = 2,
            SwitchPc = ReturnAddressIn(run),
        };

        Assert.Equal(
            [established, ReturnAddressIn(park) - 1, ReturnAddressIn(mcall) - 1],
            Resolve(place, ReturnAddressIn(park), ReturnAddressIn(mcall), ReturnAddressIn(run)));
    }

    [Fact]
    public void Resolve_AnythingAtAll_NeitherThrowsNorGrows()
    {
        var random = new Random(41);
        var functions = Binary.Functions;
        ulong Address() => random.Next(4) switch
        {
            0 => (ulong)random.NextInt64(),
            1 => functions[random.Next(functions.Count)].Entry,
            _ => functions[random.Next(functions.Count)].Entry + (ulong)random.Next(200),
        };
        for (var i = 0; i < 20_000; i++)
        {
            var place = new CpuPlace
            {
                Ip = Address(),
                Top0 = Address(),
                Top1 = Address(),
                SwitchPc = Address(),
                SwitchWord = Address(),
                FrameDelta = random.Next(-10, 600),
                Scanned = (short)random.Next(-140, 140),
                Crossed = (byte)random.Next(256),
                Flags = (CpuFlags)random.Next(256),
            };
            var chain = Enumerable.Range(0, random.Next(20)).Select(_ => Address()).ToArray();

            Assert.InRange(Resolve(place, chain).Count, 0, 2 * chain.Length + 8);
        }
    }

    [Fact]
    public void EndsInIndirectCall_EveryInstructionOfTheRuntime_AsTheDecoderSaysIt()
    {
        int calls = 0, others = 0, mistaken = 0;
        foreach (var function in Enumerable.Range(0, Binary.Functions.Count).Select(index => Binary.Functions[index]).Where(one => one.Name.StartsWith("runtime.", StringComparison.Ordinal)).Take(2_000))
        {
            var code = new byte[Math.Min(function.End - function.Entry, 4_096)];
            if (!Binary.Memory.TryRead(function.Entry, code)) continue;
            var decoder = Iced.Intel.Decoder.Create(64, code, function.Entry);
            while (decoder.IP < function.Entry + (ulong)code.Length)
            {
                decoder.Decode(out var instruction);
                var end = (int)(instruction.NextIP - function.Entry);
                if (instruction.IsInvalid || end > code.Length) break;
                if (end < 7) continue;
                var found = CpuStack.EndsInIndirectCall(code.AsSpan(end - 7, 7));
                if (instruction.IsCallNearIndirect)
                {
                    calls++;
                    Assert.True(found, $"{function.Name}: {instruction}");
                }
                else
                {
                    others++;
                    if (found) mistaken++;
                }
            }
        }
        Assert.InRange(calls, 100, int.MaxValue);
        Assert.InRange(mistaken, 0, others / 500);
    }

    [Fact]
    public void Resolve_WordThatNoCallStandsBefore_IsNoCaller()
    {
        var mix = Function("main.mix");
        var spin = Function("main.spin");
        var run = Function("main.(*worker).run");
        var place = new CpuPlace { Ip = mix.Entry, Top0 = spin.Entry + 1, FrameDelta = 0, Scanned = -1, Crossed = CpuPlace.NotCrossed };

        var pcs = new List<ulong>();
        new CpuStack(Binary.Functions, Binary.Version, bias: 0, Binary.Memory).Resolve(place, [ReturnAddressIn(run)], pcs);
        Assert.Equal([mix.Entry, CpuStack.Unknown, ReturnAddressIn(run) - 1], pcs);
    }

    static GoFunction Function(string name) => Binary.Functions.FindByName(name)[0];

    // Any address behind an instruction will do: what counts is the function and that its frame is there.
    static ulong ReturnAddressIn(GoFunction function) => function.Entry + 48;

    static List<ulong> Resolve(in CpuPlace place, params ulong[] chain)
    {
        var pcs = new List<ulong>();
        new CpuStack(Binary.Functions, Binary.Version, bias: 0).Resolve(place, chain, pcs);
        return pcs;
    }
}
