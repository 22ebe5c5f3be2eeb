using System.Globalization;
using Vitrine.Go.Binary;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Binary;

/// <summary>Functions, files, lines and inlining of real binaries, against the Go runtime's own answers and the linker's symbol table.</summary>
public class FunctionTableMatrixTests
{
    const int SampledFunctions = 2_000;

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void Expand_SampleOfPcs_MatchesTheRuntime(string version, GoFlavour flavour)
    {
        using var program = SymbolsProgram.Build(version, flavour);
        var functions = program.Binary.Functions;
        var pcs = SamplePcs(functions);

        var answers = program.AskPcs(pcs);

        Assert.Equal(pcs.Count, answers.Count);
        var frames = new List<SourceFrame>();
        for (var i = 0; i < pcs.Count; i++)
        {
            frames.Clear();
            functions.Expand(pcs[i], isCallSite: true, frames);
            // The runtime takes offset 0 of the names for "no name"; the symbol table knows better.
            if (answers[i] != "-" || frames.Count == 0 || frames[0].Function != functions.NameAt(0))
                Assert.Equal(answers[i], Describe(program, frames));
        }
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void Expand_StacksThroughInlinedAndGenericCalls_MatchesCallersFrames(string version, GoFlavour flavour)
    {
        using var program = SymbolsProgram.Build(version, flavour);
        var stacks = Stack.Parse(program);
        Assert.Equal(10, stacks.Count);

        foreach (var stack in stacks)
        {
            var inlined = 0;
            Assert.Equal(stack.Pcs.Count, stack.Frames.Count);
            for (var i = 0; i < stack.Pcs.Count; i++)
            {
                // Callers lists a pc for every inlined frame too, so each pc expands to the rest of its physical frame.
                var frames = new List<SourceFrame>();
                program.Binary.Functions.Expand(stack.Pcs[i], isCallSite: true, frames);
                var shown = frames.Where(frame => frame.FuncId != GoFuncId.Wrapper).Select(frame => $"{frame.Function}\t{frame.File}\t{frame.Line}").ToList();
                Assert.Equal(stack.Frames.Skip(i).Take(shown.Count), shown);
                inlined += frames.Count(frame => frame.Inlined);
            }
            Assert.True(inlined >= 3, $"{stack.Name} in {program.Fixture} has no inlined frames to test");
        }
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Functions_EveryOne_HasNameAndEntryOfTheSymbolTable(string version)
    {
        using var program = SymbolsProgram.Build(version, GoFlavour.Plain);
        var symbols = program.Binary.Elf.Symbols.Where(s => s.Type == 2 && s.IsDefined).ToLookup(s => s.Address, s => FunctionNames.ForPrint(s.Name));
        // The linker writes a middle dot as a dot into the symbol table.
        static string AsSymbol(string name) => name.Replace('·', '.');

        for (var i = 0; i < program.Binary.Functions.Count; i++)
        {
            var function = program.Binary.Functions[i];
            Assert.Contains(AsSymbol(function.Name), symbols[function.Entry].SelectMany(WithoutAbi));
            Assert.True(program.Binary.Functions.TryFind(function.Entry, out var same) && same.Index == i);
            Assert.True(program.Binary.Functions.TryFind(function.End - 1, out same) && same.Index == i);
        }
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void FindByNames_EveryEighthFunction_FindsItsIndex(string version, GoFlavour flavour)
    {
        using var program = SymbolsProgram.Build(version, flavour);
        var functions = program.Binary.Functions;
        var wanted = Enumerable.Range(0, functions.Count / 8).Select(i => functions[8 * i]).ToList();

        var found = functions.FindByNames([.. wanted.Select(f => f.Name)]);

        Assert.All(wanted, function => Assert.Contains(function.Index, found[function.Name].Select(f => f.Index)));
        Assert.All(found, pair => Assert.All(pair.Value, function => Assert.Equal(pair.Key, function.Name)));
    }

    [Theory, MemberData(nameof(GoMatrix.All), MemberType = typeof(GoMatrix))]
    public void FuncId_SpecialFunctions_AreTranslatedForEveryVersion(string version, GoFlavour flavour)
    {
        using var program = SymbolsProgram.Build(version, flavour);
        var functions = program.Binary.Functions;

        foreach (var (name, id) in new[]
                 {
                     ("runtime.goexit", GoFuncId.GoExit), ("runtime.gopanic", GoFuncId.GoPanic), ("runtime.mcall", GoFuncId.MCall),
                     ("runtime.morestack", GoFuncId.MoreStack), ("runtime.asyncPreempt", GoFuncId.AsyncPreempt), ("runtime.main", GoFuncId.RuntimeMain),
                     ("runtime.sigpanic", GoFuncId.SigPanic), ("runtime.systemstack", GoFuncId.SystemStack), ("runtime.mstart", GoFuncId.MStart),
                     ("runtime.gcBgMarkWorker", GoFuncId.GcBgMarkWorker), ("runtime.gopark", GoFuncId.Normal),
                 })
            Assert.Contains(id, functions.FindByName(name).Select(f => f.FuncId));
        Assert.Contains(functions.FindByName("main.(*derived).speak"), f => f.FuncId == GoFuncId.Wrapper);
        Assert.Contains(functions.FindByName("runtime.goexit"), f => f.Flag.HasFlag(GoFuncFlags.TopFrame));
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void Learn_IdsOfAnUnknownVersion_EqualTheTable(string version)
    {
        using var program = SymbolsProgram.Build(version, GoFlavour.Stripped);
        var table = FuncIdMap.Of(program.Binary.Version);
        Assert.NotNull(table);

        var learned = FuncIdMap.Learn(program.Binary.Functions);

        for (var raw = 0; raw < table.Length; raw++)
        {
            // A function that the linker left out cannot be learned, and does not occur on a stack either.
            if (learned[raw] != GoFuncId.Unknown)
                Assert.Equal(table[raw], learned[raw]);
        }
        Assert.All(
            [GoFuncId.GoExit, GoFuncId.GoPanic, GoFuncId.MCall, GoFuncId.MoreStack, GoFuncId.SigPanic, GoFuncId.AsyncPreempt, GoFuncId.SystemStack, GoFuncId.Wrapper],
            id => Assert.Contains(id, learned));
        Assert.All(learned[table.Length..], id => Assert.Equal(GoFuncId.Unknown, id));
    }

    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void SpDelta_EveryRowOfTheCallFrameInformation_IsTheSame(string version)
    {
        using var program = SymbolsProgram.Build(version, GoFlavour.Plain);

        CallFrames.AssertSame(program.Binary, program.Fixture.Path);
    }

    static List<ulong> SamplePcs(FunctionTable functions)
    {
        var random = new Random(1907);
        var pcs = new List<ulong>();
        for (var i = 0; i < SampledFunctions; i++)
        {
            var function = functions[random.Next(functions.Count)];
            pcs.Add(function.Entry);
            pcs.Add(function.End - 1);
            pcs.Add(function.Entry + (ulong)random.NextInt64((long)(function.End - function.Entry)));
        }
        return pcs;
    }

    static string Describe(SymbolsProgram program, List<SourceFrame> frames)
    {
        if (frames.Count == 0)
            return "-";
        var frame = frames[0];
        var entry = unchecked(frame.FunctionEntry - program.MainEntry).ToString("x", CultureInfo.InvariantCulture);
        return $"{frame.Function}\t{entry}\t{(frame.File.Length == 0 ? "?" : frame.File)}\t{frame.Line}";
    }

    static IEnumerable<string> WithoutAbi(string name) => [name, name.EndsWith(".abi0", StringComparison.Ordinal) ? name[..^5] : name];

    sealed record Stack(string Name, List<ulong> Pcs, List<string> Frames)
    {
        public static List<Stack> Parse(SymbolsProgram program)
        {
            var stacks = new List<Stack>();
            foreach (var line in program.Ask("stacks"))
            {
                if (line.StartsWith("stack ", StringComparison.Ordinal))
                    stacks.Add(new Stack(line[6..], [], []));
                else if (line.StartsWith("pc ", StringComparison.Ordinal))
                    stacks[^1].Pcs.Add(program.Address(line[3..]));
                else
                    stacks[^1].Frames.Add(line["frame\t".Length..]);
            }
            return stacks;
        }
    }
}
