import { SGD } from '@gyre/nn'
import { type Tensor, zeros } from '@gyre/tensor'
import { describe, expect, it } from 'vitest'
import { TeacherStudent } from './teacher-student.js'
import { trainingPoints } from './training-curve.js'

const settings = { width: 32, layers: 2, outputs: 32, batchSize: 16, seed: 3 }

describe('TeacherStudent', () => {
  it('has answers of mean square 1, so that answering 0 has the loss 1', async () => {
    const task = await TeacherStudent.create(4, settings)
    const silent = task.student()
    for (const [, parameter] of silent.namedParameters()) parameter.assign(zeros(parameter.shape))
    const losses = [0, 1, 2, 3].map((step) => task.loss(silent, task.inputsAt(step)).itemSync())
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length
    expect(Math.abs(mean - 1)).toBeLessThan(0.2)
  })

  it('gives students that begin alike, and the gradient norm that their training shows first', async () => {
    const task = await TeacherStudent.create(8, settings)
    const [one, other] = [task.student(), task.student()]
    const points = trainingPoints({
      loss: (x: Tensor) => task.loss(one, x),
      trained: one,
      optimizer: new SGD(one, { learningRate: 0.01 }),
      batchAt: (step) => task.inputsAt(step),
      steps: 2,
    })
    const { value: first } = await points.next()
    expect(await task.startingNorm(other)).toBeCloseTo(first!.gradNorm, 5)
    expect(task.loss(other, task.inputsAt(0)).itemSync()).toBeCloseTo(first!.loss, 5)
  })

  it('puts a dense network beside a block-circulant one: its gradient is smaller, by √p at most', async () => {
    const task = await TeacherStudent.create(16, settings)
    const student = task.student()
    const [norm, dense] = [await task.startingNorm(student), await task.startingNorm(student.toDense())]
    expect(norm / dense).toBeGreaterThan(1)
    expect(norm / dense).toBeLessThan(4)
  })
})
