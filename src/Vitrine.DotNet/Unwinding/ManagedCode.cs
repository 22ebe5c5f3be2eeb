using Vitrine.Linux.Memory;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Unwinding;

/// <summary>Finds the method that holds an address.</summary>
/// <param name="address">The address.</param>
/// <param name="start">Where its code begins.</param>
/// <param name="size">Bytes of its code.</param>
public delegate bool MethodFinder(ulong address, out ulong start, out int size);

/// <summary>
/// How the code that .NET compiled is unwound, by the rules that its compilers left for the runtime itself: exactly, also for methods without a frame pointer, whose callers a walk by frame
/// pointer leaves out. Not thread-safe.
/// <list type="bullet">
/// <item>Images compiled ahead of time: the image's own table.</item>
/// <item>Code of the JIT: a header before each method (<see cref="JitMethod"/>), for which the methods' addresses have to be known.</item>
/// </list>
/// A handler or finally block runs as a function of its own on top of what threw; its frame is followed to the caller of the method it belongs to, as stack traces show it.
/// </summary>
public sealed class ManagedCode : IGeneratedCode
{
    const int MostMethods = 1 << 17, MostImages = 4096;

    // Of all images, and of all methods, of one process together: one file can be mapped thousands of times, which costs whoever does it nothing. The tables of all of the framework take 12 MB.
    const long ImageBytes = 256L << 20, MethodBytes = 64L << 20;

    readonly ProcessCode _code;
    readonly Dictionary<ulong, JitMethod?> _methods = [];
    readonly Dictionary<ulong, CompiledImage?> _images = [];
    readonly ByteBudget _imageBudget = new(ImageBytes);
    long _methodBytes;

    // One entry each: samples of one thread are mostly in few images.
    ulong _imageFrom, _imageTo;
    CompiledImage? _image;

    /// <summary>Rules for the code of one process.</summary>
    /// <param name="code">Its executable mappings.</param>
    /// <param name="methods">Where its methods are; null leaves only images.</param>
    public ManagedCode(ProcessCode code, MethodFinder? methods = null)
    {
        ArgumentNullException.ThrowIfNull(code);
        _code = code;
        Methods = methods;
    }

    /// <summary>Where methods are; may be replaced when more are known. Rules are read anew then: the memory of a method that is gone may hold another one.</summary>
    public MethodFinder? Methods
    {
        get;
        set
        {
            field = value;
            Forget();
        }
    }

    /// <inheritdoc/>
    public GeneratedStep Step(ulong address, bool isInterrupted, ref RegisterSet registers, IStackMemory memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        // 1. The end of a function takes its frame down step by step, which no rule describes.
        var at = address + (isInterrupted ? 0UL : 1);
        if (isInterrupted)
        {
            Span<byte> bytes = stackalloc byte[X64Epilogue.Window];
            var after = registers;
            if (X64Epilogue.TryFollow(bytes[.._code.Memory.Read(address, bytes)], ref after, memory) && IsCode(after))
            {
                registers = Caller(after);
                return GeneratedStep.Done;
            }
        }

        // 2. Whose rules?
        ReadOnlySpan<byte> rules;
        uint offset;
        var caller = registers;
        if (ImageOf(address) is { } image && image.TryFind(address, out var function, out var begin))
        {
            rules = image.Rules(function);
            offset = (uint)(at - image.Start) - begin;
            if (Methods is { } methods && methods(address, out var start, out _) && start < image.Start + begin && image.TryFind(start, out var main, out _))
                Funclet(image.Rules(main), ref rules, ref offset, ref caller);
        }
        else if (Methods is { } methods && methods(address, out var start, out var size) && MethodAt(start, size) is { } method)
        {
            function = method.Find((uint)(address - start), out offset);
            if (function < 0)
                return GeneratedStep.NotMine;
            offset += isInterrupted ? 0 : 1u;
            rules = method.Rules(function);
            if (function > 0)
                Funclet(method.Rules(0), ref rules, ref offset, ref caller);
        }
        else
        {
            return GeneratedStep.NotMine;
        }

        // 3. The caller.
        if (!X64UnwindInfo.TryUnwind(rules, offset, ref caller, memory, out var isDamaged))
            return isDamaged ? GeneratedStep.NotMine : GeneratedStep.StackNotReadable;
        if (!IsCode(caller))
            return GeneratedStep.NotMine;
        registers = Caller(caller);
        return GeneratedStep.Done;
    }

    /// <summary>A funclet works on the frame of its method, whose frame pointer it has from its prologue on: the walk goes on as if the method itself were there.</summary>
    static void Funclet(ReadOnlySpan<byte> main, ref ReadOnlySpan<byte> rules, ref uint offset, ref RegisterSet registers)
    {
        const int rbp = 6, rsp = 7;
        if (!X64UnwindInfo.IsValid(rules) || offset < rules[1] || !registers.IsKnown(rbp) || !X64UnwindInfo.TryFrameSize(main, out var size) || registers[rbp] < registers[rsp])
            return;
        registers[rsp] = registers[rbp] + 8 - size;
        rules = main;
        offset = uint.MaxValue;
    }

    bool IsCode(in RegisterSet registers) => _code.Find(registers[UnwindArchitecture.X64.InstructionPointer] - 1) is not null;

    // What a function may overwrite is not known in its caller.
    static RegisterSet Caller(in RegisterSet registers)
    {
        var caller = default(RegisterSet);
        foreach (var register in (ReadOnlySpan<int>)[3, 6, 7, 12, 13, 14, 15, 16])
        {
            if (registers.IsKnown(register))
                caller[register] = registers[register];
        }
        return caller;
    }

    JitMethod? MethodAt(ulong start, int size)
    {
        if (_methods.TryGetValue(start, out var known))
            return known;
        if (_methods.Count >= MostMethods || _methodBytes > MethodBytes)
            Forget();
        var method = JitMethod.Read(_code.Memory, start, size);
        _methodBytes += method?.Bytes ?? 0;
        return _methods[start] = method;
    }

    void Forget()
    {
        _methods.Clear();
        _methodBytes = 0;
    }

    CompiledImage? ImageOf(ulong address)
    {
        if (address >= _imageFrom && address < _imageTo)
            return _image;
        if (_code.Find(address) is not { Kind: CodeKind.Image } area)
            return null;
        if (!_images.TryGetValue(area.Start, out var image))
        {
            // Beyond either limit there are no rules: the walk goes on by frame pointer, and says so.
            if (_images.Count < MostImages)
                image = CompiledImage.Find(_code.Memory, area.Start, _imageBudget);
            if (_images.Count < 16 * MostImages)
                _images[area.Start] = image;
        }
        (_imageFrom, _imageTo, _image) = (area.Start, area.End, image);
        return image;
    }
}
