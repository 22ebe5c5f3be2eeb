using System.Diagnostics;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.AspNetCore.Tests.Samples;

/// <summary>A running program of <c>samples/dotnet</c>.</summary>
sealed class SampleService : IDisposable
{
    readonly SampleProcess _process;

    public SampleService(string name, params string[] arguments)
    {
        _process = SampleProcess.StartProgram(PathOf(name), arguments);
        var address = _process.ReadyLine.Split(' ').FirstOrDefault(static word => word.StartsWith("address=", StringComparison.Ordinal));
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(100) };
        if (address is not null) Client.BaseAddress = new Uri(address["address=".Length..]);
    }

    public HttpClient Client { get; }

    public int Pid => _process.Pid;

    /// <summary>The built program, in the configuration that the tests were built in.</summary>
    public static string PathOf(string name)
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        return Path.Combine(Checkout.Root, "samples", "dotnet", name, "bin", configuration, "net10.0", name);
    }

    public async Task Switch(string fault, bool on) => (await Client.PostAsync($"/faults/{fault}/{(on ? "on" : "off")}", null)).EnsureSuccessStatusCode();

    public async Task<Profile> Profile(string path) => ProfileReader.Read(await Client.GetByteArrayAsync("/debug/pprof/" + path));

    /// <summary>A figure of <c>/metrics</c>.</summary>
    public async Task<double> Metric(string name)
    {
        var line = (await Client.GetStringAsync("/metrics")).Split('\n').First(one => one.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        Client.Dispose();
        _process.Dispose();
    }
}
