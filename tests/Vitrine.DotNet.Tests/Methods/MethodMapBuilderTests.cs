using System.Diagnostics.Tracing;
using System.Text;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Nettrace;
using Vitrine.DotNet.Tests.Nettrace;

namespace Vitrine.DotNet.Tests.Methods;

/// <summary>Maps of streams that were made by hand: memory that is used again, and events that are damaged.</summary>
public sealed class MethodMapBuilderTests
{
    // Definitions have the number of the event less 100.
    const int Load = 43, Unload = 44, Map = 90;

    static byte[] Method(ulong start, uint size, string name) =>
        [.. BitConverter.GetBytes(start), .. BitConverter.GetBytes(1ul), .. BitConverter.GetBytes(start), .. BitConverter.GetBytes(size), .. new byte[8], .. Encoding.Unicode.GetBytes($"T\0{name}\0\0")];

    static MethodMapBuilder Read(MethodMapBuilder? to, params (int Definition, long Ticks, byte[] Payload)[] events)
    {
        var stream = new StreamBuilder();
        foreach (var definition in (int[])[Load, Unload, Map])
            stream.Definition(definition, EventProviders.Runtime);
        var sequence = 0u;
        stream.Events([.. events.Select(one => StreamBuilder.Event(one.Definition, ++sequence, 7, 0, one.Ticks, one.Payload))]);
        to ??= new(DiagnosticPort.OfSelf());
        var reader = new NettraceReader(to);
        reader.Feed(stream.ToArray());
        reader.Finish();
        return to;
    }

    static string At(MethodMap map, ulong address) => map.TryFind(address, out var frame) ? frame.Name : "";

    [Fact]
    public void OnEvent_ShorterThanItsFields_IsCountedAndTheOthersStay()
    {
        var builder = Read(null,
            (Load, 10, Method(0x1000, 0x100, "First")), (Load, 20, [1, 2, 3]), (Unload, 25, [1]), (Map, 30, [.. new byte[17], 255, 255]), (Load, 40, Method(0x2000, 0x100, "Second")));

        Assert.Equal(3, builder.Malformed);
        Assert.Equal("T.First", At(builder.Build(), 0x1000));
        Assert.Equal("T.Second", At(builder.Build(), 0x2000));
        Assert.Contains("3 events", builder.Build().Gaps, StringComparison.Ordinal);
    }

    [Fact]
    public void With_OverlappingCode_TheLaterWordStays()
    {
        // A large method where two small ones were, and a small one where a large one was.
        var before = Read(null, (Load, 10, Method(0x1000, 0x10, "A")), (Load, 11, Method(0x1080, 0x10, "B")), (Load, 12, Method(0x3000, 0x100, "C"))).Build();
        var after = Read(null, (Load, 20, Method(0x1000, 0x100, "D")), (Load, 21, Method(0x3080, 0x10, "E")));
        // The same the other way round: what was collected last is not always what the runtime said last.
        var early = Read(null, (Load, 20, Method(0x1000, 0x100, "D")), (Load, 21, Method(0x3080, 0x10, "E"))).Build();
        var late = Read(null, (Load, 10, Method(0x1000, 0x10, "A")), (Load, 11, Method(0x1080, 0x10, "B")), (Load, 12, Method(0x3000, 0x100, "C")));

        foreach (var map in (MethodMap[])[before.With(after), early.With(late)])
        {
            Assert.Equal("T.D", At(map, 0x1000));
            Assert.Equal("T.D", At(map, 0x1085));
            Assert.Equal("T.E", At(map, 0x3080));
            Assert.Equal("", At(map, 0x3000));
            Assert.Equal(2, map.Count);
        }
    }

    [Fact]
    public void With_CodeReplacedInASpanThatWasItselfReplaced_IsGone()
    {
        // The middle one took the memory of the last one, and lost its own beginning later.
        var map = Read(null, (Load, 10, Method(0x1050, 0x10, "Old")), (Load, 20, Method(0x1000, 0x100, "Middle")), (Load, 30, Method(0x1010, 0x10, "New"))).Build();

        Assert.Equal("T.New", At(map, 0x1010));
        Assert.Equal("", At(map, 0x1050));
    }

    [Fact]
    public void With_CodeThatWasThrownAway_HasItsNameButNoRules()
    {
        var map = Read(null, (Load, 10, Method(0x1000, 0x100, "Dynamic")), (Load, 11, Method(0x2000, 0x100, "Again"))).Build();
        var builder = Read(null, (Unload, 20, Method(0x1000, 0x100, "Dynamic")), (Unload, 21, Method(0x2000, 0x100, "Again")), (Load, 22, Method(0x2000, 0x100, "Again")));

        map = map.With(builder);

        Assert.Equal("T.Dynamic", At(map, 0x1000));
        Assert.False(map.TryFindCode(0x1000, out _, out _));
        Assert.True(map.TryFindCode(0x2000, out _, out _));
    }

    [Fact]
    public void Changes_CodeInThePlaceOfOther_AreSeen()
    {
        var builder = Read(null, (Load, 10, Method(0x1000, 0x100, "Before")));
        var (count, changes) = (builder.Count, builder.Changes);

        Read(builder, (Load, 20, Method(0x1000, 0x100, "After")));

        Assert.Equal(count, builder.Count);
        Assert.NotEqual(changes, builder.Changes);
        Assert.Equal("T.After", At(builder.Build(), 0x1000));
    }

    [Fact]
    public void Build_WithoutMemoryForFiles_HasTheNamesOfTheEvents()
    {
        var with = Own(MethodMapOptions.Default);
        var without = Own(new() { MaximumFileBytes = 1000 });

        Assert.True(with.Line > 0, with.ToString());
        Assert.NotEqual(Guid.Empty, with.ModuleVersionId);
        Assert.Equal((with.Name, 0, Guid.Empty), (without.Name, without.Line, without.ModuleVersionId));
    }

    static MethodFrame Own(MethodMapOptions options)
    {
        using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new()
        {
            Providers = [new(EventProviders.Runtime, 0, EventLevel.Critical)], Rundown = true, RundownKeywords = MethodMapBuilder.RundownKeywords(), Stacks = false,
        });
        recording.Stop();
        var builder = new MethodMapBuilder(DiagnosticPort.OfSelf(), options);
        recording.Read(builder);
        var code = builder.Codes.First(static one => one.Method == nameof(Own) && one.Type.EndsWith(nameof(MethodMapBuilderTests), StringComparison.Ordinal));
        Assert.True(builder.Build().TryFind(code.Start, out var found));
        return found;
    }
}
