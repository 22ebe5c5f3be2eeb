using System.Diagnostics;
using System.Globalization;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary>What the first page promises: <c>dotnet new web</c>, two lines, and Go's tool shows the hot function; and vitrine sees the same service from outside.</summary>
[Collection(nameof(Alone))]
public sealed class NewServiceTests : IDisposable
{
    static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    static readonly string s_configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-new-");

    public void Dispose() => _folder.Delete(recursive: true);

    [FullRunOnly("a project that is made, built and run")]
    [Fact]
    public async Task NewWebProject_TwoLines_ShowsItsHotFunctionFromInsideAndFromOutside()
    {
        Prerequisite.Probes();

        // 1. The packages of this build in a folder, and a project as the SDK makes it. Nothing is fetched: what else the packages need was restored for this build.
        var feed = Path.Combine(_folder.FullName, "feed");
        foreach (var project in Closure("Vitrine.AspNetCore"))
            await Dotnet("pack", project, "--no-build", "-c", s_configuration, "-o", feed);
        await Dotnet("new", "web", "-o", "shop", "--no-restore");
        var shop = Path.Combine(_folder.FullName, "shop");
        File.WriteAllText(Path.Combine(shop, "nuget.config"), $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{feed}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_folder.FullName, "packages")}" /></config>
              <fallbackPackageFolders><add key="restored" value="{Packages}" /></fallbackPackageFolders>
            </configuration>
            """);

        // 2. The package, the two lines, and something of the service's own that takes time.
        Replace(Path.Combine(shop, "shop.csproj"), "</PropertyGroup>", """
            <UseAppHost>false</UseAppHost></PropertyGroup>
              <ItemGroup><PackageReference Include="Vitrine.AspNetCore" Version="0.1.0" /></ItemGroup>
            """);
        var program = Path.Combine(shop, "Program.cs");
        Replace(program, "var app = builder.Build();", """
            builder.AddVitrine(options => options.Enabled = true);
            var app = builder.Build();
            app.MapVitrine();
            app.MapGet("/quote", Shop.Prices.Quote);
            """);
        File.WriteAllText(Path.Combine(shop, "Prices.cs"), """
            using System.Runtime.CompilerServices;

            namespace Shop;

            static class Prices
            {
                public static string Quote() => $"{Compute(3_000_000)}";

                [MethodImpl(MethodImplOptions.NoInlining)]
                static double Compute(int steps)
                {
                    var sum = 0.0;
                    for (var i = 1; i <= steps; i++) sum += Math.Sqrt(i) / (i + 1);
                    return sum;
                }
            }
            """);
        await Dotnet("build", "shop", "-c", "Release", "-v", "quiet", "-nodeReuse:false", "-p:UseSharedCompilation=false");

        // 3. It runs, and somebody asks for quotes.
        using var service = Start(shop, out var address);
        using var over = new CancellationTokenSource();
        var load = Task.Run(() => Ask(new(address, "quote"), over.Token));
        try
        {
            // 4. Go's own tool on it, and vitrine from outside.
            var top = await GoTool.Run(_folder.FullName, "-timeout", "60", "-top", $"{address}debug/pprof/profile?seconds=3");
            var first = top.Split('\n').SkipWhile(static line => !line.TrimStart().StartsWith("flat", StringComparison.Ordinal)).Skip(1).First();
            Assert.EndsWith("Shop.Prices.Compute", first.TrimEnd(), StringComparison.Ordinal);

            var pid = service.Id.ToString(CultureInfo.InvariantCulture);
            var dump = VitrineProgram.Run("dump", pid);
            Assert.True(dump.ExitCode == 0, dump.Errors);
            Assert.Contains(".NET TP Worker", dump.Output, StringComparison.Ordinal);
            Assert.Contains("Program.", dump.Output, StringComparison.Ordinal);

            var file = Path.Combine(_folder.FullName, "cpu.pb.gz");
            var record = VitrineProgram.Run("record", pid, "cpu", "-d", "3s", "-o", file);
            Assert.True(record.ExitCode == 0, record.Errors);
            using var stream = File.OpenRead(file);
            var profile = ProfileReader.Read(stream);
            var cpu = profile.SampleTypeIndex("cpu");
            var hot = profile.Samples.Where(sample => profile.FunctionsOf(sample).Any(static one => one.Name == "Shop.Prices.Compute")).Sum(sample => sample.Values[cpu]);
            Assert.True(hot > profile.Samples.Sum(sample => sample.Values[cpu]) / 2, "something else takes more");
        }
        finally
        {
            await over.CancelAsync();
            await load;
            service.Kill();
            await service.WaitForExitAsync();
        }
    }

    /// <summary>A project of src and all that it needs.</summary>
    static HashSet<string> Closure(string name)
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([Path.Combine(Checkout.Root, "src", name, $"{name}.csproj")]);
        while (open.TryPop(out var project))
        {
            if (!all.Add(project)) continue;
            foreach (var reference in System.Xml.Linq.XDocument.Load(project).Descendants("ProjectReference"))
                open.Push(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, reference.Attribute("Include")!.Value)));
        }
        return all;
    }

    static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } own ? own : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    static void Replace(string file, string what, string with)
    {
        var text = File.ReadAllText(file);
        Assert.Contains(what, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(what, with, StringComparison.Ordinal));
    }

    async Task Dotnet(params string[] arguments)
    {
        var start = Command([.. arguments]);
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"dotnet {string.Join(' ', arguments)} did not end within {s_limit.TotalMinutes} minutes");
        }
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}\n{await output}\n{await errors}");
    }

    ProcessStartInfo Command(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true };
        start.Environment["DOTNET_CLI_HOME"] = _folder.FullName;
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["NUGET_PACKAGES"] = "";
        return start;
    }

    Process Start(string shop, out Uri address)
    {
        const string Listening = "Now listening on: ";
        var start = Command([Path.Combine(shop, "bin", "Release", "net10.0", "shop.dll"), "--urls", "http://127.0.0.1:0"]);
        // What is inherited would be kept open by a service that outlives a test that went wrong.
        start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        var said = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at) said.TrySetResult(new(line.Data[(at + Listening.Length)..].Trim() + "/"));
        };
        process.BeginOutputReadLine();
        if (!said.Task.Wait(TimeSpan.FromMinutes(1)))
        {
            process.Kill();
            Assert.Fail("the service did not say within a minute where it listens");
        }
        address = said.Task.Result;
        return process;
    }

    static async Task Ask(Uri quote, CancellationToken stop)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        while (!stop.IsCancellationRequested)
            await client.GetStringAsync(quote, CancellationToken.None);
    }
}
