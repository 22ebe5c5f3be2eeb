using Vitrine.DotNet.Goroutines;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Tests.Goroutines;

public sealed class GoroutineTextTests
{
    static Profile Sample()
    {
        var builder = new ProfileBuilder(new SampleType("goroutine", "count"));
        var mapping = builder.Mapping(0x1000, 0x2000, 0, "System.Private.CoreLib.dll");
        var wait = builder.Location(mapping, 0x1010, [new Line(builder.Function("System.Threading.Tasks.Task.Wait"), 0)]);
        var total = builder.Location(-1, 0x3000, [new Line(builder.Function("Shop.Cart.Total", "", "/src/Cart.cs"), 17)]);
        var bare = builder.Location(mapping, 0x1fff, []);
        builder.AddSample([wait, total], [1],
        [
            new(GoroutineLabels.Kind, "thread"), new(GoroutineLabels.Id, null, 4711), new(GoroutineLabels.Name, ".NET TP \"1\"\nthread 1 [running]:"), new(GoroutineLabels.State, "Task.Wait"), new("tenant", "a"),
        ]);
        builder.AddSample([total, bare], [3], [new(GoroutineLabels.Kind, "async"), new(GoroutineLabels.State, "Task.Delay"), new(GoroutineLabels.AtLeast, null, 61, "seconds")]);
        return builder.Build();
    }

    [Fact]
    public void WriteEach_IsABlockForEachSample()
    {
        var text = new StringWriter();
        GoroutineText.WriteEach(Sample(), text);

        Assert.Equal(
            """
            thread 4711 ".NET TP "1"?thread 1 [running]:" [Task.Wait]:
            # tenant: a
            System.Threading.Tasks.Task.Wait(...)
            	System.Private.CoreLib.dll
            Shop.Cart.Total(...)
            	/src/Cart.cs:17

            async ×3 [Task.Delay, at least 61 s]:
            Shop.Cart.Total(...)
            	/src/Cart.cs:17
            0x1fff(...)
            	System.Private.CoreLib.dll

            """, text.ToString());
    }

    [Fact]
    public void WriteGrouped_HasTheTotalAndTheMostFirst()
    {
        var text = new StringWriter();
        GoroutineText.WriteGrouped(Sample(), text);

        var lines = text.ToString().Split('\n');
        Assert.Equal("goroutine profile: total 4", lines[0]);
        Assert.Equal("3 @ 0x3000 0x1fff", lines[1]);
        Assert.Equal("# labels: {\"kind\":\"async\", \"state\":\"Task.Delay\", \"waits_at_least\":\"61seconds\"}", lines[2]);
        Assert.Equal("#\t0x3000\tShop.Cart.Total\t/src/Cart.cs:17", lines[3]);
    }
}
