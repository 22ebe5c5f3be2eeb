using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vitrine.Linux.Kernel;

/// <summary>
/// One compiled BPF object (programs and maps), opened, relocated and loaded by libbpf. It owns everything that it brings into the kernel;
/// disposing it, or the end of this process, takes all of it out again. Not thread-safe.
/// </summary>
public sealed unsafe class BpfObject : IDisposable
{
    const string ConfigMap = ".rodata.config";
    const string MeterMap = ".rodata.meter";
    const string SwitchMap = ".data.switch";
    const uint RunsCounter = 15;

    readonly Dictionary<string, BpfProgram> _programs = new(StringComparer.Ordinal);
    readonly Dictionary<string, BpfMap> _maps = new(StringComparer.Ordinal);
    nint _object;
    SafeFileHandle? _types;
    SafeFileHandle? _statistics;
    bool _loaded;

    BpfObject(nint opened, string name)
    {
        _object = opened;
        Name = name;
    }

    /// <summary>What the object is called in messages and in bpftool's lists.</summary>
    public string Name { get; }

    /// <summary>Opens a compiled object.</summary>
    /// <param name="elf">The ELF file that clang wrote.</param>
    /// <param name="name">Its name.</param>
    /// <param name="customBtf">BTF of the target's types, against which CO-RE accesses are relocated; empty when the object has none.</param>
    /// <exception cref="KernelRefusalException">libbpf is missing, or the object does not fit the types.</exception>
    public static BpfObject Open(ReadOnlySpan<byte> elf, string name, ReadOnlySpan<byte> customBtf = default)
    {
        LibBpf.Require();
        LibBpfLog.Clear();
        // libbpf takes the types as a path and reads them when it loads: a file without a name, in memory only, leaves nothing on the disk.
        var types = customBtf.IsEmpty ? null : MemoryFile.Create("vitrine-btf", customBtf);
        var path = types is null ? null : MemoryFile.PathOf(types);
        fixed (byte* bytes = elf)
        fixed (byte* nameText = Encoding.UTF8.GetBytes(name + "\0"))
        fixed (byte* pathText = path is null ? null : Encoding.UTF8.GetBytes(path + "\0"))
        {
            var options = new LibBpf.OpenOptions { Size = (nuint)sizeof(LibBpf.OpenOptions), ObjectName = nameText, BtfCustomPath = pathText };
            var opened = LibBpf.OpenMemory(bytes, (nuint)elf.Length, &options);
            if (opened != 0)
                return new BpfObject(opened, name) { _types = types };
            var error = Marshal.GetLastPInvokeError();
            types?.Dispose();
            throw KernelRefusals.Explain($"open the BPF object '{name}'", error);
        }
    }

    /// <summary>Sets <c>const volatile struct config config SEC(".rodata.config")</c>, before <see cref="Load"/>.</summary>
    /// <exception cref="InvalidOperationException">The C program has no such struct, or one of another size.</exception>
    public void SetConfig<T>(in T config)
        where T : unmanaged
    {
        ThrowIfDisposed();
        var map = LibBpf.FindMap(_object, ConfigMap);
        nuint size = 0;
        var value = map == 0 ? null : LibBpf.MapInitialValue(map, &size);
        if (value is null || size != (nuint)sizeof(T))
            throw new InvalidOperationException($"The BPF object '{Name}' has {size} bytes of config, and {sizeof(T)} were given.");
        *(T*)value = config;
    }

    /// <summary>Sets how many entries a map has at most, before <see cref="Load"/>.</summary>
    public void SetMaxEntries(string map, uint entries)
    {
        ThrowIfDisposed();
        var found = LibBpf.FindMap(_object, map);
        if (found == 0 || LibBpf.SetMapMaxEntries(found, entries) != 0)
            throw new InvalidOperationException($"The BPF object '{Name}' has no map '{map}' that can be resized.");
    }

    /// <summary>Relocates, creates the maps and loads the programs.</summary>
    /// <exception cref="KernelRefusalException">A privilege is missing, or the verifier refuses.</exception>
    public void Load()
    {
        ThrowIfDisposed();
        LibBpfLog.Clear();
        // What the probes cost is measured by the kernel itself, for CAP_SYS_ADMIN; else the programs count their runs, and their time stays unknown.
        var statistics = LibBpf.EnableStatistics(LibBpf.RunTimeStatistics);
        if (statistics >= 0)
            _statistics = new SafeFileHandle(statistics, ownsHandle: true);
        else
            CountRunsInPrograms();
        HasMultiUprobes = KernelFeatures.HasMultiUprobes;
        if (HasMultiUprobes)
            ChooseMultiUprobes();
        if (LibBpf.Load(_object) < 0)
            throw KernelRefusals.Explain($"load the BPF object '{Name}'", Marshal.GetLastPInvokeError());
        _types?.Dispose();
        _types = null;
        _loaded = true;
    }

    void CountRunsInPrograms()
    {
        var map = LibBpf.FindMap(_object, MeterMap);
        nuint size = 0;
        var value = map == 0 ? null : LibBpf.MapInitialValue(map, &size);
        if (value is not null && size == sizeof(uint))
            *(uint*)value = 1;
    }

    /// <summary>Switches all programs on or off at once (HIT in vitrine.bpf.h): attaching them takes its time, and what one sees the others must see too.</summary>
    public void Switch(bool on) => Map(SwitchMap).Update(0u, on ? MonotonicClock.Now : 0L);

    /// <summary>Runs of all programs together that they counted themselves (HIT in vitrine.bpf.h); 0 where <see cref="HasStatistics"/>.</summary>
    public long OwnRuns() => HasMap("counters") ? (long)Map("counters").SumPerCpu(RunsCounter) : 0;

    // How a program is attached is decided when it is loaded.
    void ChooseMultiUprobes()
    {
        for (var program = LibBpf.NextProgram(_object, 0); program != 0; program = LibBpf.NextProgram(_object, program))
        {
            if (MemoryMarshal.CreateReadOnlySpanFromNullTerminated(LibBpf.ProgramSection(program)).SequenceEqual("uprobe"u8))
                _ = LibBpf.SetAttachType(program, MultiUprobes.AttachType);
        }
    }

    internal bool HasMultiUprobes { get; private set; }

    /// <summary>True when the kernel counts the runs of programs and their time.</summary>
    public bool HasStatistics => _statistics is not null;

    /// <summary>A loaded program.</summary>
    public BpfProgram Program(string name)
    {
        ThrowIfNotLoaded();
        if (_programs.TryGetValue(name, out var known))
            return known;
        var found = LibBpf.FindProgram(_object, name);
        return found == 0
            ? throw new InvalidOperationException($"The BPF object '{Name}' has no program '{name}'.")
            : _programs[name] = new BpfProgram(this, found, name);
    }

    /// <summary>A map.</summary>
    public BpfMap Map(string name)
    {
        ThrowIfNotLoaded();
        if (_maps.TryGetValue(name, out var known))
            return known;
        var found = LibBpf.FindMap(_object, name);
        return found == 0
            ? throw new InvalidOperationException($"The BPF object '{Name}' has no map '{name}'.")
            : _maps[name] = new BpfMap(this, found, name);
    }

    /// <summary>Whether there is a map of this name.</summary>
    public bool HasMap(string name)
    {
        ThrowIfDisposed();
        return LibBpf.FindMap(_object, name) != 0;
    }

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_object == 0, this);

    void ThrowIfNotLoaded()
    {
        ThrowIfDisposed();
        if (!_loaded)
            throw new InvalidOperationException($"The BPF object '{Name}' is not loaded yet.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_object == 0)
            return;
        LibBpf.Close(_object);
        _object = 0;
        _statistics?.Dispose();
        _types?.Dispose();
    }
}
