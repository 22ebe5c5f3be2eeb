using Vitrine.DotNet.Tests.Publishing.Model;

namespace Vitrine.DotNet.Tests.Publishing;

/// <summary>Every order in which writers and a reader can run, on a memory as weak as arm64's.</summary>
public sealed class LatestModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1, 4, 2)]
    [InlineData(2, 2, 2)]
    [InlineData(3, 1, 2)]
    public void Protocol_InEveryOrder_NeverTearsNeverBlocksNeverGoesBack(int writers, int writes, int reads)
    {
        var model = new LatestModel(new(writers, writes, reads));

        Assert.Null(model.Explore());
        output.WriteLine($"{model.States} states, {model.ReadsSeen} reads, {model.DropsSeen} writes given up");
        Assert.True(model.States > 500);
        Assert.True(model.ReadsSeen > 0);
        Assert.True(writers == 1 || model.DropsSeen > 0);
    }

    public static TheoryData<string> Parts =>
        new(nameof(ModelOptions.WriteBarrier), nameof(ModelOptions.ReleaseVersion), nameof(ModelOptions.ReleasePublish),
            nameof(ModelOptions.ReadBarrier), nameof(ModelOptions.VersionCheck), nameof(ModelOptions.SparePublished), nameof(ModelOptions.ClaimByExchange));

    /// <summary>The exploration has teeth: with any one part of the protocol taken away it finds an order in which a promise breaks.</summary>
    [Theory, MemberData(nameof(Parts))]
    public void Protocol_WithoutOneOfItsParts_IsFoundBroken(string part)
    {
        ModelOptions[] shapes = [new(1, 4, 1), new(2, 2, 1), new(3, 1, 1)];

        Assert.Contains(shapes, shape =>
        {
            var options = part switch
            {
                nameof(ModelOptions.WriteBarrier) => shape with { WriteBarrier = false },
                nameof(ModelOptions.ReleaseVersion) => shape with { ReleaseVersion = false },
                nameof(ModelOptions.ReleasePublish) => shape with { ReleasePublish = false },
                nameof(ModelOptions.ReadBarrier) => shape with { ReadBarrier = false },
                nameof(ModelOptions.VersionCheck) => shape with { VersionCheck = false },
                nameof(ModelOptions.SparePublished) => shape with { SparePublished = false },
                _ => shape with { ClaimByExchange = false },
            };
            var violation = new LatestModel(options).Explore();
            output.WriteLine($"{shape.Writers} writers, {shape.Writes} writes: {violation ?? "nothing found"}");
            return violation is not null;
        });
    }
}
