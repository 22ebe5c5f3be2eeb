using System.Runtime.CompilerServices;
using Vitrine.DotNet.Custom;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Publishing;
using Vitrine.DotNet.Runtime;
using Vitrine.DotNet.Writing;
using Vitrine.Pprof.Wire;

namespace Vitrine.DotNet.Tests;

/// <summary>The examples that stand on the package's page are code that runs: this file contains them, line by line, and runs them.</summary>
public sealed class PackageReadmeTests
{
    static string ThisFile([CallerFilePath] string path = "") => path;

    [Fact]
    public void Readme_Examples_AreTheCodeBelow()
    {
        var readme = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "src", "Vitrine.DotNet", "README.md"));
        var here = File.ReadAllLines(ThisFile()).Select(static line => line.Trim()).ToHashSet();
        var inside = false;
        var compared = 0;
        foreach (var line in readme)
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) inside = line == "```csharp";
            else if (inside && line.Length > 0) { Assert.Contains(line.Trim(), here); compared++; }
        }
        Assert.True(compared > 12);
    }

    [Fact]
    public void Readme_Examples_Run()
    {
        var (folder, old) = (Directory.CreateTempSubdirectory("vitrine-"), (Environment.CurrentDirectory, Console.Out));
        using var output = new StringWriter();
        try
        {
            Environment.CurrentDirectory = folder.FullName;
            Console.SetOut(output);
            Snapshots();
            Profiles(connection: new object());
            Assert.Equal("blue", ProfileReader.ReadFile("connections.pb.gz").LabelSets[1].Single().Text);
        }
        finally
        {
            (Environment.CurrentDirectory, var console) = old;
            Console.SetOut(console);
            folder.Delete(recursive: true);
        }
        Assert.Contains("dotnet_thread_pool_queue_length", output.ToString(), StringComparison.Ordinal);
    }

    static void Snapshots()
    {
        using var reader = new RuntimeReader();
        reader.Capture(out var snapshot);                       // about 2 µs, 0 bytes
        Console.WriteLine(snapshot[RuntimeField.PoolQueued]);   // a number, or "unknown (reason)": never a made-up zero
        RuntimeWriter.Write(snapshot, RuntimeFormat.Prometheus, Console.Out);

        using var publisher = RuntimePublisher.Start(TimeSpan.FromMilliseconds(5));
        publisher.Read(out var latest);                         // any thread, any frequency: a copy, no lock, never torn
        Assert.True(latest[RuntimeField.PoolQueued].IsKnown);
    }

    static void Profiles(object connection)
    {
        var connections = new CustomProfile("connections");     // as Go's pprof.NewProfile
        using (ProfileLabels.Scope(("tenant", "blue")))         // as Go's pprof.Do
            connections.Add(connection);
        ProfileWriter.WriteFile(connections.Collect(SelfTarget.Instance, default).Result, "connections.pb.gz");
        connections.Dispose();
    }
}
