using System.Xml.Linq;
using Vitrine.TestTargets;

namespace Vitrine.Repository.Tests.Floors;

public sealed class FloorTests
{
    public static TheoryData<string> Projects() =>
        new(Directory.EnumerateDirectories(Path.Combine(Checkout.Root, "src")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Projects))]
    public void ProjectReferences_OfAnyProject_PointToALowerFloor(string project)
    {
        var floor = Floor.Of(project) ?? throw new InvalidOperationException($"{project} has no floor: add it to Floor.cs and to ARCHITECTURE.md");
        var file = XDocument.Load(Path.Combine(Checkout.Root, "src", project, project + ".csproj"));

        foreach (var reference in file.Descendants("ProjectReference"))
        {
            var other = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value);
            Assert.True(Floor.Of(other) < floor, $"{project} (floor {floor}) uses {other} (floor {Floor.Of(other)})");
        }
    }

    [Fact]
    public void PprofPackage_HasNoDependencies()
    {
        var file = XDocument.Load(Path.Combine(Checkout.Root, "src", "Vitrine.Pprof", "Vitrine.Pprof.csproj"));

        Assert.Empty(file.Descendants("PackageReference"));
        Assert.Empty(file.Descendants("ProjectReference"));
    }

    [Theory, MemberData(nameof(Projects))]
    public void Folders_OfAnyProject_UseEachOtherWithoutACircle(string project)
    {
        var circle = FolderGraph.Read(project).FindCircle();

        Assert.True(circle is null, $"{project}: {circle}");
    }
}
