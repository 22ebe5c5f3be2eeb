using Vitrine.DotNet.Unwinding;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Tests.Unwinding;

/// <summary>Damaged rules are refused, or followed to some address; nothing throws, hangs or grows.</summary>
public class UnwindRulesFuzzTests
{
    [Fact]
    public void Rules_OfRandomBytes_NeverThrow()
    {
        var random = new Random(8);
        var bytes = new byte[X64UnwindInfo.MaximumBytes];
        var stack = new byte[4096];
        var followed = 0;
        for (var round = 0; round < 20_000; round++)
        {
            random.NextBytes(bytes);
            bytes[0] = (byte)(bytes[0] & 0xF8 | 1);
            if (round % 2 == 0)
                bytes[2] = (byte)random.Next(8);
            random.NextBytes(stack);
            var registers = RegisterSet.X64(0x1000, 0x7000_0000, 0x7000_0000 + (ulong)random.Next(4096));
            registers[3] = (ulong)random.NextInt64();
            if (X64UnwindInfo.TryUnwind(bytes.AsSpan(0, random.Next(bytes.Length)), (uint)random.Next(300), ref registers, new StackCopy().Set(0x7000_0000, stack, stack.Length), out _))
                followed++;
            X64UnwindInfo.TryFrameSize(bytes, out _);
        }
        Assert.True(followed > 100, $"only {followed} were followed");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Image_WithDamage_IsReadOrRefused(int seed)
    {
        var random = new Random(seed);
        var file = File.ReadAllBytes(typeof(Enumerable).Assembly.Location);
        var found = 0;
        for (var round = 0; round < 60; round++)
        {
            var bytes = Loaded(file);
            if (round > 0)
            {
                for (var i = 0; i < 4; i++)
                    bytes[random.Next(1024)] = (byte)random.Next(256);
            }
            if (CompiledImage.Find(new BytesMemory().Add(0x4000_0000, bytes), 0x4000_0000 + CodeAt(file), new(256 << 20)) is not { } image)
                continue;
            found++;
            for (var i = 0; i < 200; i++)
            {
                if (image.TryFind(0x4000_0000 + (ulong)random.Next(bytes.Length), out var function, out _))
                    _ = X64UnwindInfo.IsValid(image.Rules(function));
            }
        }
        Assert.True(found > 5, $"only {found} images were read");
    }

    [Fact]
    public void Image_MappedManyTimes_TakesNoMoreThanTheBudget()
    {
        var file = File.ReadAllBytes(typeof(Enumerable).Assembly.Location);
        var memory = new BytesMemory().Add(0x4000_0000, Loaded(file));
        var budget = new ByteBudget(4 << 20);
        var found = 0;
        while (found < 1000 && CompiledImage.Find(memory, 0x4000_0000 + CodeAt(file), budget) is not null)
            found++;

        Assert.InRange(found, 1, 999);
    }

    [Fact]
    public void Method_WithARandomHeader_IsRefused()
    {
        var random = new Random(3);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = new byte[8192];
            random.NextBytes(bytes);
            BitConverter.TryWriteBytes(bytes.AsSpan(4096 - 8), 0x5000_0000UL + (ulong)random.Next(8192));
            if (round % 2 == 0)
                BitConverter.TryWriteBytes(bytes.AsSpan(random.Next(4000)), random.Next(5));
            Assert.Null(JitMethod.Read(new BytesMemory().Add(0x5000_0000, bytes), 0x5000_0000 + 4096, 256));
        }
    }

    // As the runtime maps it: sections at their addresses.
    static byte[] Loaded(byte[] file)
    {
        var header = BitConverter.ToInt32(file, 0x3C);
        var sections = header + 24 + BitConverter.ToUInt16(file, header + 20);
        var loaded = new byte[BitConverter.ToInt32(file, header + 24 + 56)];
        file.AsSpan(0, 1024).CopyTo(loaded);
        for (var i = 0; i < BitConverter.ToUInt16(file, header + 6); i++)
        {
            var at = sections + (40 * i);
            file.AsSpan(BitConverter.ToInt32(file, at + 20), Math.Min(BitConverter.ToInt32(file, at + 16), BitConverter.ToInt32(file, at + 8))).CopyTo(loaded.AsSpan(BitConverter.ToInt32(file, at + 12)));
        }
        return loaded;
    }

    static ulong CodeAt(byte[] file)
    {
        var header = BitConverter.ToInt32(file, 0x3C);
        return (ulong)BitConverter.ToInt32(file, header + 24 + BitConverter.ToUInt16(file, header + 20) + 12) & ~4095UL;
    }
}
