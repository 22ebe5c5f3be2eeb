using System.Runtime.CompilerServices;
using Vitrine.Pprof.Tests.Support;
using Vitrine.Pprof.Views;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.Pprof.Tests;

/// <summary>The example that stands on the package's page is code that runs: this file contains it, line by line, and runs it.</summary>
public sealed class PackageReadmeTests
{
    [Fact]
    public void Readme_Example_IsTheCodeBelow()
    {
        var readme = File.ReadAllText(Path.Combine(Checkout.Root, "src", "Vitrine.Pprof", "README.md"));
        var start = readme.IndexOf("```csharp", StringComparison.Ordinal);
        var example = readme[start..readme.IndexOf("```", start + 3, StringComparison.Ordinal)].Split('\n').Skip(1);
        var here = File.ReadAllLines(ThisFile()).Select(l => l.Trim()).ToHashSet();
        Assert.All(example.Select(l => l.Trim()).Where(l => l.Length > 0 && l != "using Vitrine.Pprof;"), line => Assert.Contains(line, here));
    }

    [Fact]
    public void Readme_Example_ShowsWhatHasGrown()
    {
        var folder = Directory.CreateTempSubdirectory("vitrine-");
        var old = (Environment.CurrentDirectory, Console.Out);
        using var output = new StringWriter();
        try
        {
            Environment.CurrentDirectory = folder.FullName;
            ProfileWriter.WriteFile(Samples.Small(), "heap-before.pb.gz");
            ProfileWriter.WriteFile(Samples.Small(factor: 3), "heap-after.pb.gz");
            Console.SetOut(output);
            Example();
            Assert.True(File.Exists("growth.pb.gz"));
            Assert.Contains("<html", File.ReadAllText("growth.html"), StringComparison.Ordinal);
        }
        finally
        {
            (Environment.CurrentDirectory, var console) = old;
            Console.SetOut(console);
            folder.Delete(recursive: true);
        }
        Assert.Contains("runtime.mallocgc < main.copy < main.(*server).serve < main.main", output.ToString(), StringComparison.Ordinal);
    }

    static void Example()
    {
        var before = ProfileReader.ReadFile("heap-before.pb.gz");
        var after = ProfileReader.ReadFile("heap-after.pb.gz");

        var growth = Diff.Of(before, after);
        growth = Filter.Of(growth, new FrameFilter { Focus = @"^main\." }).Profile;
        growth = Aggregate.By(growth, Granularity.Function);

        foreach (var sample in growth.Samples)
            Console.WriteLine($"{sample.Values[growth.DefaultSampleTypeIndex],12}  {string.Join(" < ", growth.FunctionsOf(sample))}");

        ProfileWriter.WriteFile(growth, "growth.pb.gz");
        AtomicFile.Write("growth.html", page => FlameGraphHtml.WriteDiff(before, after, page));
    }

    static string ThisFile([CallerFilePath] string path = "") => path;
}
