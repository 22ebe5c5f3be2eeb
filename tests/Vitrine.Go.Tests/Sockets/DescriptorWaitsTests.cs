using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Sockets;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Sockets;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Sockets;

/// <summary>Which goroutine waits for which socket, against what the goroutines of samples/go/listeners say of themselves.</summary>
public sealed class DescriptorWaitsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Position of each listening socket's goroutine in the sample's list; -1 for the one that nobody serves.</summary>
    private static readonly (string Name, int Goroutine, DescriptorOperation Operation, string Caller)[] Listeners =
    [
        ("plain", 0, DescriptorOperation.Accept, "main.acceptLoop"),
        ("web", 1, DescriptorOperation.Accept, "net/http.(*Server).Serve"),
        ("gated", 2, DescriptorOperation.Accept, "net/http.(*Server).Serve"),
        ("unix", 3, DescriptorOperation.Accept, "main.acceptLoop"),
        ("udp", 4, DescriptorOperation.Read, "main.receive"),
        ("idle", -1, default, ""),
    ];

    public static TheoryData<string, GoFlavour> Builds()
    {
        var data = new TheoryData<string, GoFlavour>();
        foreach (string version in GoMatrix.VersionsOfThisRun)
        {
            data.Add(version, GoFlavour.Plain);
            data.Add(version, GoFlavour.Stripped);
        }
        return data;
    }

    [Theory, MemberData(nameof(Builds))]
    public void Goroutines_AcceptingPausedAndReading_AreTheOnesThatSaySo(string version, GoFlavour flavour)
    {
        using SampleProcess sample = SampleProcess.Start(GoFixture.Build(version, flavour, "listeners"));
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        ulong[] goroutines = [.. Fact(sample, "goroutines").Split(',').Select(text => ulong.Parse(text, CultureInfo.InvariantCulture))];

        // 1. Everybody waits for his own socket.
        DescriptorWaits waits = Until(target, waits => Listeners.All(one => one.Goroutine < 0 || waits.For(Descriptor(sample, one.Name)).Count > 0));
        Assert.Equal(0, waits.NotFound);
        foreach ((string name, int goroutine, DescriptorOperation operation, string caller) in Listeners)
        {
            IReadOnlyList<DescriptorWaiter> waiters = waits.For(Descriptor(sample, name));
            if (goroutine < 0)
            {
                Assert.Empty(waiters);
                continue;
            }
            DescriptorWaiter waiter = Assert.Single(waiters);
            Assert.Equal((goroutines[goroutine], operation, caller), (waiter.Goroutine.Id, waiter.Operation, waiter.Caller?.Function));
        }

        // 2. At the gate nobody accepts, and the one that would is found by the listener that it holds.
        Assert.Equal("ok", sample.Ask("pause"));
        using TcpClient toPlain = Connect(sample, "plain");
        using TcpClient toGated = Connect(sample, "gated");
        int plain = Descriptor(sample, "plain"), gated = Descriptor(sample, "gated"), idle = Descriptor(sample, "idle");
        waits = Until(target, waits => IsAtGate(waits, goroutines[0]) && IsAtGate(waits, goroutines[2]));
        Assert.Empty(waits.For(plain));
        Assert.Empty(waits.For(gated));
        IReadOnlyDictionary<int, IReadOnlyList<DescriptorHolder>> holders = DescriptorHolders.Find(target, waits.Dump, new HashSet<int> { plain, gated, idle }, CancellationToken.None);
        Assert.Equal([goroutines[0]], holders[plain].Where(one => one.Serves).Select(one => one.Goroutine.Id));
        Assert.Equal([goroutines[2]], holders[gated].Where(one => one.Serves).Select(one => one.Goroutine.Id));
        Assert.DoesNotContain(holders.GetValueOrDefault(idle) ?? [], one => one.Serves);

        // 3. Each connection is read by the goroutine that says so.
        string[] answer = sample.Ask("connections").Split(' ');
        Assert.Equal(["connections", "1"], answer);
        string[] connection = sample.ReadLine("connections").Split(' ');
        Assert.Equal($"{toPlain.Client.LocalEndPoint}", connection[0]);
        waits = Until(target, waits => waits.For(Descriptor(sample, toPlain)).Count > 0);
        DescriptorWaiter reader = Assert.Single(waits.For(Descriptor(sample, toPlain)));
        Assert.Equal((ulong.Parse(connection[1], CultureInfo.InvariantCulture), DescriptorOperation.Read, "io.Copy"), (reader.Goroutine.Id, reader.Operation, OuterCaller(reader)));

        // 4. And back.
        Assert.Equal("ok", sample.Ask("resume"));
        waits = Until(target, waits => waits.For(plain).Count > 0 && waits.For(gated).Count > 0);
        Assert.Equal((goroutines[0], goroutines[2]), (waits.For(plain)[0].Goroutine.Id, waits.For(gated)[0].Goroutine.Id));
    }

    /// <summary>What io.Copy calls differs between versions of Go (discard reads by itself); that it is io.Copy does not.</summary>
    private static string OuterCaller(DescriptorWaiter waiter) => waiter.Goroutine.Frames.First(frame => frame.Function == "io.Copy").Function;

    private static bool IsAtGate(DescriptorWaits waits, ulong goroutine) =>
        Enumerable.Range(0, waits.Dump.Count).Select(i => waits.Dump[i]).Single(one => one.Id == goroutine).WaitReason == "sync.Cond.Wait";

    private static DescriptorWaits Until(GoTarget target, Func<DescriptorWaits, bool> condition)
    {
        long began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            DescriptorWaits waits = DescriptorWaits.Of(target.ReadGoroutines());
            if (condition(waits))
                return waits;
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, "the sample did not come to rest");
            Thread.Sleep(5);
        }
    }

    private static string Fact(SampleProcess sample, string name) => Regex.Match(sample.ReadyLine, $@"\b{name}=(\S+)").Groups[1].Value;

    private static int Descriptor(SampleProcess sample, string name) =>
        SocketTable.Of(LinuxProcess.Open(sample.Pid)).ByFileDescriptor.Single(pair => (pair.Value.Path ?? $"{pair.Value.Local}") == Fact(sample, name) && pair.Value.Remote is null && pair.Value.State != SocketState.Established).Key;

    private static int Descriptor(SampleProcess sample, TcpClient client) =>
        SocketTable.Of(LinuxProcess.Open(sample.Pid)).ByFileDescriptor.Single(pair => client.Client.LocalEndPoint!.Equals(pair.Value.Remote)).Key;

    private static TcpClient Connect(SampleProcess sample, string name)
    {
        var client = new TcpClient(AddressFamily.InterNetwork);
        client.Connect(IPEndPoint.Parse(Fact(sample, name)));
        return client;
    }
}
