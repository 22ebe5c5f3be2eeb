using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Vitrine.Agent.Gate;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>A service that holds secrets wherever a gate can look: none of them leaves, from outside as little as forwarded.</summary>
public sealed class GateRedactionTests
{
    // What gives a secret away is the text around it; the secret itself must be gone, the harmless rest may stay.
    static readonly Dictionary<string, string> s_labels = new()
    {
        ["tenant"] = "Grossbauer-Mueller",
        // Labels that leave by their key are looked at by the rules.
        ["route"] = "/pay?access_token=quErySecret4711",
        ["operation"] = "authorization: Bearer beArerSecret0815xyzzy",
        ["handler"] = "to:anna.bolika@kunde.example",
        ["step"] = "charge 4111 1111 1111 1111",
        ["stage"] = "SELECT * FROM customers WHERE iban = 'sqlSecret42'",
    };

    static readonly Dictionary<string, string> s_vars = new()
    {
        ["last_url"] = "https://shop.example/cb?password=vArQuerySecret&page=2",
        ["last_header"] = "Authorization: Bearer vArBearerSecret01234567",
        ["last_mail"] = "bertha.beispiel@kunde.example",
        ["last_card"] = "5555-5555-5555-4444",
        ["last_statement"] = "UPDATE customers SET name = 'vArSqlSecret' WHERE id = 7",
    };

    static readonly string[] s_arguments =
    [
        "--dsn=postgres://shop:argUrlSecret@db/orders", "--password", "argFlagSecret", "--callback=https://h.example/cb?token=argQuerySecret", "-H", "Authorization: Bearer argBearerSecret0123456",
        "--notify=carla.columna@kunde.example", "--test-card=378282246310005", "--warm-up=SELECT name FROM customers WHERE mail = 'argSqlSecret'",
    ];

    static readonly string[] s_inLabels = ["Grossbauer-Mueller", "quErySecret4711", "beArerSecret0815xyzzy", "anna.bolika@kunde.example", "4111 1111 1111 1111", "sqlSecret42"];

    static readonly string[] s_inVars = ["vArQuerySecret", "vArBearerSecret01234567", "bertha.beispiel@kunde.example", "5555-5555-5555-4444", "vArSqlSecret"];

    static readonly string[] s_inArguments = ["argUrlSecret", "argFlagSecret", "argQuerySecret", "argBearerSecret0123456", "carla.columna@kunde.example", "378282246310005", "argSqlSecret"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_OfEverythingThereIs_LetsNoPlantedSecretOut(bool isSeenFromOutside)
    {
        using var service = IndiscreetService.Start(s_arguments, s_labels, s_vars);
        await IsIndiscreet(service);
        // A process that is not there: whatever comes was the service's own.
        await using var gate = await RunningGate.Start(isSeenFromOutside ? service.Guarded : service.Guarded with { PidFile = "/nonexistent" });
        string[] outsideOnly = isSeenFromOutside ? ["goroutine?debug=2", "offcpu?seconds=1", "memstats", "memstats?debug=1", "sched"] : [];

        foreach (var name in (string[])["goroutine", "goroutine?debug=1", "heap", "heap?debug=1", "allocs", "block", "mutex", "threadcreate", "threadcreate?debug=1", "profile?seconds=2", "cmdline", "", "symbol", .. outsideOnly])
            HasNone(name, await Get(gate, $"/debug/pprof/{name}"));
        HasNone("vars", await Get(gate, "/debug/vars"));
        if (isSeenFromOutside) HasNone("metrics", await Get(gate, "/metrics"));
        // Nor in what is said of failures, and in the gate's own log.
        HasNone("errors", await Refusal(gate, "/debug/pprof/heap?seconds=anna.bolika@kunde.example"));
        HasNone("log", gate.Said);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_OfGoroutines_HasWhatIsHarmlessAndTellsCallersApart(bool isSeenFromOutside)
    {
        using var service = IndiscreetService.Start(s_arguments, s_labels, s_vars);
        await using var gate = await RunningGate.Start(isSeenFromOutside ? service.Guarded : service.Guarded with { PidFile = "/nonexistent" });

        var goroutines = await Get(gate, "/debug/pprof/goroutine");

        // Labels are masked and not dropped: who waits for whom is still seen.
        Assert.Contains("/pay?access_token=\u2039query:", goroutines, StringComparison.Ordinal);
        Assert.Contains("\u2039label:", goroutines, StringComparison.Ordinal);
        Assert.Contains("SELECT * FROM customers WHERE iban = ?", goroutines, StringComparison.Ordinal);
        Assert.Contains("main.pay", goroutines, StringComparison.Ordinal);
        Assert.Contains("--notify=", await Get(gate, "/debug/pprof/cmdline"), StringComparison.Ordinal);
        Assert.Equal(42, JsonDocument.Parse(await Get(gate, "/debug/vars")).RootElement.GetProperty("orders").GetInt32());
    }

    /// <summary>The service itself says all of it: otherwise there would be nothing to hide.</summary>
    static async Task IsIndiscreet(IndiscreetService service)
    {
        var labels = await service.Own.GetStringAsync("/debug/pprof/goroutine?debug=1");
        Assert.All(s_inLabels, secret => Assert.Contains(secret, labels, StringComparison.Ordinal));
        var vars = await service.Own.GetStringAsync("/debug/vars");
        Assert.All(s_inVars.Concat(s_inArguments), secret => Assert.Contains(secret, vars, StringComparison.Ordinal));
        var arguments = await service.Own.GetStringAsync("/debug/pprof/cmdline");
        Assert.All(s_inArguments, secret => Assert.Contains(secret, arguments, StringComparison.Ordinal));
    }

    static void HasNone(string what, string text)
    {
        foreach (var secret in s_inLabels.Concat(s_inVars).Concat(s_inArguments))
            Assert.False(text.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{what} has {secret}");
    }

    static async Task<string> Refusal(RunningGate gate, string path)
    {
        using var answer = await gate.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>An answer as whoever gets it can read it: profiles unpacked.</summary>
    static async Task<string> Get(RunningGate gate, string path)
    {
        // Goroutines are looked at once a second at most.
        for (var tries = 0; ; tries++)
        {
            using var answer = await gate.Client.GetAsync(path);
            if (answer.StatusCode != HttpStatusCode.TooManyRequests || tries == 100) return await Read(path, answer);
            await Task.Delay(100);
        }
    }

    static async Task<string> Read(string path, HttpResponseMessage answer)
    {
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {answer.StatusCode} {Encoding.UTF8.GetString(bytes)}");
        if (bytes is not [0x1f, 0x8b, ..]) return Encoding.UTF8.GetString(bytes);
        using var plain = new MemoryStream();
        using (var packed = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress)) await packed.CopyToAsync(plain);
        return Encoding.UTF8.GetString(plain.ToArray());
    }
}
