using System.Diagnostics.Tracing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Nettrace;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Tests.Methods;

public sealed class FrameWriterTests
{
    sealed class FirstException : INettraceSink
    {
        public ulong[] Stack { get; private set; } = [];

        public void OnEvent(in NettraceEvent e)
        {
            if (e.Id == 80 && e.Provider == EventProviders.Runtime && Stack.Length == 0) Stack = e.Stack.ToArray();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Throw()
    {
        try
        {
            throw new TimeoutException();
        }
        catch (TimeoutException)
        {
        }
    }

    [Fact]
    public void Locations_StackOfAnEvent_HaveFunctionLineAndBuild()
    {
        using var recording = EventRecording.Start(DiagnosticPort.OfSelf(), new()
        {
            Providers = [EventProvider.Runtime(RuntimeKeywords.Exception, EventLevel.Error)],
            Rundown = true,
            RundownKeywords = MethodMapBuilder.RundownKeywords(),
        });
        Throw();
        recording.Stop();
        var (methods, first) = (new MethodMapBuilder(DiagnosticPort.OfSelf()), new FirstException());
        recording.Read(methods);
        recording.Read(first);
        var builder = new ProfileBuilder(new SampleType("exceptions", "count"));
        var frames = new FrameWriter(builder, methods.Build());

        builder.AddSample(frames.Locations(first.Stack), [1]);
        builder.AddSample(frames.Locations(first.Stack), [1]);
        var profile = builder.Build();

        var stack = profile.Samples[0].LocationIndexes.ToArray();
        var own = stack.Select(index => profile.Locations[index]).Single(location => profile.Functions[location.Line(0).Function].Name.EndsWith("FrameWriterTests.Throw", StringComparison.Ordinal));
        Assert.InRange(own.Line(0).LineNumber, 28, 34);
        Assert.EndsWith("FrameWriterTests.cs", profile.Functions[own.Line(0).Function].FileName, StringComparison.Ordinal);
        Assert.Equal(typeof(FrameWriterTests).Module.ModuleVersionId.ToString("N"), own.Mapping!.Value.BuildId);
        Assert.Equal(typeof(FrameWriterTests).Assembly.Location, own.Mapping.Value.File);
        Assert.InRange(own.Address, own.Mapping.Value.Start, own.Mapping.Value.Limit - 1);
        Assert.Equal(stack, profile.Samples[1].LocationIndexes.ToArray());
    }

    [Fact]
    public void Location_NativeFunction_IsNamedBySymbol()
    {
        var address = (ulong)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "qsort");
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        var frames = new FrameWriter(builder, MethodMap.Empty, NativeCode.Of(LinuxProcess.Open(Environment.ProcessId)));

        builder.AddSample([frames.Location(address, isReturnAddress: false), frames.Location(address + 1, isReturnAddress: true), frames.Location(1, isReturnAddress: false)], [1]);
        var profile = builder.Build();

        var stack = profile.Samples[0].LocationIndexes.ToArray().Select(index => profile.Locations[index]).ToArray();
        Assert.Equal("qsort", profile.Functions[stack[0].Line(0).Function].Name);
        Assert.Equal(address, stack[0].Address);
        Assert.Contains("libc", stack[0].Mapping!.Value.File, StringComparison.Ordinal);
        Assert.NotEqual("", stack[0].Mapping!.Value.BuildId);
        // What is called from the first byte on is in the function; the place is that of the call.
        Assert.Equal(stack[0].Address, stack[1].Address);
        Assert.Equal("(code that is not known)", profile.Functions[stack[2].Line(0).Function].Name);
    }

    [Fact]
    public void Location_LibraryWithoutSymbols_KeepsAddressAndMapping()
    {
        var map = LinuxProcess.Open(Environment.ProcessId).Maps().First(static map => map.Path.EndsWith("/libcoreclr.so", StringComparison.Ordinal) && map.Permissions.HasFlag(MapPermissions.Execute));
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        var frames = new FrameWriter(builder, MethodMap.Empty, NativeCode.TryOf(Environment.ProcessId));

        // The middle of the code is in none of the few functions that the library exports.
        var address = map.Start + (map.End - map.Start) / 2;
        builder.AddSample([frames.Location(address, isReturnAddress: false)], [1]);
        var location = builder.Build() is var profile ? profile.Locations[profile.Samples[0].LocationIndexes[0]] : default;

        Assert.Equal(0, location.LineCount);
        Assert.Equal(address, location.Address);
        Assert.Equal(map.Path, location.Mapping!.Value.File);
    }

    [Fact]
    public void Location_KernelAddress_IsNamedByTheKernelsList()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "ffffffff81000000 T _text\nffffffff81000100 T do_idle\n");
        try
        {
            var builder = new ProfileBuilder(new SampleType("samples", "count"));
            var frames = new FrameWriter(builder, MethodMap.Empty, kernel: KernelSymbols.Read(path));
            builder.AddSample([frames.Location(0xffffffff81000110, isReturnAddress: true)], [1]);
            var profile = builder.Build();

            Assert.Equal("do_idle", profile.Functions[profile.Locations[0].Line(0).Function].Name);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
