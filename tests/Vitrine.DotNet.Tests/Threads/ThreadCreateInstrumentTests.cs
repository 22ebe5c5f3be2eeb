using System.Runtime.CompilerServices;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Tests.Events;
using Vitrine.DotNet.Threads;

namespace Vitrine.DotNet.Tests.Threads;

public sealed class ThreadCreateInstrumentTests(ITestOutputHelper output)
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Creator()
    {
        var thread = new Thread(static () => { });
        thread.Start();
        thread.Join();
    }

    [Fact]
    public void Record_Threads_AreCountedByTheStackThatCreatedThem()
    {
        var recording = While.Recording(RuntimeKeywords.Threading, stop => new ThreadCreateInstrument().Record(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop), static () =>
        {
            for (var i = 0; i < 25; i++) Creator();
        });
        var profile = recording.Look.Result;
        output.WriteLine(profile.Text());

        Assert.Equal(25, profile.With(".Creator").Sum(0));
        Assert.All(profile.With(".Creator"), static one => Assert.Equal("thread", one.Labels.Text("kind")));
        Assert.Equal(0, recording.Lost);
    }
}
