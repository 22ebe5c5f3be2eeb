using Vitrine.Go.Binary;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Binary;

public class FrameCacheTests
{
    [Fact]
    public void TryGet_ManyPcs_AnswersAsTheTableDoes()
    {
        using var program = SymbolsProgram.Build(GoToolchain.Newest, GoFlavour.Stripped);
        var functions = program.Binary.Functions;
        var cache = new FrameCache(functions);
        var random = new Random(8);
        var pcs = Enumerable.Range(0, 20_000).Select(_ =>
        {
            var function = functions[random.Next(functions.Count)];
            return function.Entry + (ulong)random.NextInt64((long)(function.End - function.Entry));
        }).ToList();

        // Twice: the second time they come from the cache.
        foreach (var pc in pcs.Concat(pcs))
        {
            Assert.True(cache.TryGet(pc, out var frame));
            Assert.True(functions.TryFind(pc, out var function));
            Assert.Equal(new FrameInfo(function.Index, functions.SpDelta(function, pc), function.FuncId, function.Flag), frame);
        }
    }

    [Fact]
    public void TryGet_PcsOutsideTheText_AreRememberedAsUnknown()
    {
        using var program = SymbolsProgram.Build(GoToolchain.Newest, GoFlavour.Stripped);
        var cache = new FrameCache(program.Binary.Functions);

        foreach (var pc in new[] { 0UL, 1UL, ulong.MaxValue, program.Binary.Module.EText + 0x1000, program.Binary.Module.Types })
        {
            Assert.False(cache.TryGet(pc, out var frame));
            Assert.False(cache.TryGet(pc, out frame));
            Assert.Equal((-1, -1), (frame.FunctionIndex, frame.SpDelta));
        }
    }

    [Fact]
    public void TryGet_MorePcsThanItHolds_StaysBoundedAndCorrect()
    {
        using var program = SymbolsProgram.Build(GoToolchain.Newest, GoFlavour.Stripped);
        var functions = program.Binary.Functions;
        var cache = new FrameCache(functions);
        var first = program.Binary.Module.MinPc;

        for (var i = 0; i < GoBinaryLimits.MaxCachedFrames * 2 + 10; i++)
            cache.TryGet(first + (ulong)i, out _);

        Assert.True(cache.TryGet(program.MainEntry, out var frame));
        Assert.True(functions.TryFind(program.MainEntry, out var main));
        Assert.Equal(main.Index, frame.FunctionIndex);
    }

    [Fact]
    public void TryGet_KnownPcs_AllocatesNothing()
    {
        using var program = SymbolsProgram.Build(GoToolchain.Newest, GoFlavour.Stripped);
        var functions = program.Binary.Functions;
        var cache = new FrameCache(functions);
        var pcs = Enumerable.Range(0, 1000).Select(i => functions[i].Entry + 1).ToArray();

        Assert.Equal(0, AllocatedBytes.Of(() =>
        {
            foreach (var pc in pcs)
                cache.TryGet(pc, out _);
        }, rounds: 3));
    }
}
